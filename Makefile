# The first run of a target makes .venv and gets its tools; both are kept.
STACK ?= dev
# The newest Python that the pinned requirements were tried with; name another with make PYTHON=...
ifndef PYTHON
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif
RUN := .venv/bin/python
# Of this checkout also where .venv is a link to one that is shared; else the same as .venv/bin/naap.
NAAP := $(RUN) -m naap
BENCHMARKS := benchmarks benchmarks.routes benchmarks.peers benchmarks.state benchmarks.provisioners

.DEFAULT_GOAL := help
.PHONY: help up live preview status down shell policy validate plan tools test images bench checkov aws-check check format venv venv-dev

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12
	@echo; echo 'STACK=dev (default) or prod, as in: make up STACK=prod'

up: venv ## Bring the whole stack up on this machine, and report
	@$(NAAP) up --stack $(STACK)

live: venv ## The same with real nodes, on which pods run (Linux, root)
	@$(NAAP) live --stack $(STACK)

preview: venv ## What `up` would change; needs no control plane
	@$(NAAP) preview --stack $(STACK)

status: venv ## What runs, and the last report
	@$(NAAP) status --stack $(STACK)

down: venv ## Destroy the stack, stop every process, remove its state
	@$(NAAP) down --stack $(STACK)

shell: venv ## A shell in which plain `pulumi preview` works on the rehearsal
	@$(NAAP) shell --stack $(STACK)

policy: venv ## What the policy pack says of the stack
	@$(NAAP) policy --stack $(STACK)

validate: venv ## Check the plugin registry; AGAINST=FILE: and what a change makes of it
	@$(NAAP) plugin validate --stack $(STACK) $(if $(AGAINST),--against $(AGAINST))

plan: venv ## Print every decision about the stack, without an engine
	@$(NAAP) plan --stack $(STACK)

tools: venv ## Get every tool now (found, downloaded or built)
	@$(NAAP) tools

test: venv-dev ## All tests
	@$(RUN) -m tests.tools
	@$(RUN) -m tests $(PYTEST)

images: ## Build and push the application's images: APP=FOLDER REGISTRY=ghcr.io/OWNER VERSION=1.0.0 SITE=https://...
	@APP=$(abspath $(APP)) HERE=$(CURDIR)/images docker buildx bake --file images/docker-bake.hcl \
		--allow fs.read=$(abspath $(APP)) --push --metadata-file images/metadata.json $(TARGETS)

bench: venv-dev ## What all takes here, beside what a user would pick instead: more than an hour, with nothing else to do
	@for part in $(BENCHMARKS); do $(RUN) -m $$part || failed="$$failed $$part"; done; \
		test -z "$$failed" || { echo "Not measured to their end:$$failed" >&2; exit 1; }

checkov: python-found ## checkov in an environment of its own, for the tests that ask it
	@$(PYTHON) rehearsal/venv.py requirements-aws-check.txt .venv-checkov

aws-check: venv-dev checkov ## The AWS estate of every tier before the real Terraform provider, and checkov
	@CHECKOV=$(CURDIR)/.venv-checkov/bin/checkov $(RUN) -m tests.oracle

check: venv-dev ## Format, lint and types
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m pyright

format: venv-dev ## Format and fix what can be fixed
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

venv: python-found
	@$(PYTHON) rehearsal/venv.py requirements.txt

venv-dev: python-found
	@$(PYTHON) rehearsal/venv.py requirements-dev.txt

.PHONY: python-found
python-found:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed and was not found on PATH.' \
		'Install it, or name it: make PYTHON=/path/to/python3.12 ...' >&2; exit 1; }
