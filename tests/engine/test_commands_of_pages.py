"""What docs/operations.md, docs/delivery.md and the runbooks tell people to type, typed into one rehearsal, in order.

The words are the pages' own; what a reader fills in is filled in here. What can't be run says why: no container runs in
a rehearsal, and no command of the AWS CLI may reach an account (tests/docs/test_aws_commands.py judges those by AWS's
service models). How an operation ends that destroys, retires or upgrades has tests of its own.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.commands import BLANK, ROOT, commands, lines
from tests.engine.checkout import Checkout

USERS = 50_000
"""A tier that has every part of a cluster."""
RUNBOOKS = sorted(f"docs/runbooks/{page.name}" for page in ROOT.glob("docs/runbooks/*.md"))
PAGES = ("docs/delivery.md", "docs/operations.md", *RUNBOOKS)
PLUGIN = "my-wallet"
ANSWERS = {"up": ("--yes", "--skip-preview"), "refresh": ("--yes", "--skip-preview"), "cancel": ("--yes",)}
"""What a person says to it, by command."""
FILLED = {
    "OWNER": "acme",
    "S": "dev",
    "N": str(USERS),
    "NAME": PLUGIN,
    "ACCOUNT.dkr.ecr.us-east-1.amazonaws.com": "mirror.example",
}
TOLD: dict[tuple[str, ...], set[int]] = {("naap", "doctor"): {1}, ("naap", "drift"): {0, 1}}
"""Exit codes of commands that find something: placeholders in the configuration, what was done here by hand before."""

NOT_TYPED = {
    r"^kubectl .*\b(logs|exec|debug)\b": "no container runs in a rehearsal",
    r"^kubectl edit$": "an editor",
    r"^kubectl .*\benvoy-ratelimit$": "made by Envoy Gateway, which does not run in a rehearsal",
    r"^pulumi destroy$": "tests/engine/test_destruction_of_prod.py",
    r"^pulumi import$": "takes up what exists in an account",
    r"^pulumi config set --secret --path \S+SENTRY_DSN$": "asks for the value, so that it stands in no history",
    r"^naap (drift|up|plugin (rotate|retire|rollback))$": "a name within a sentence",
    r"^naap (plugin add |preview$)": "tests/engine/test_life_of_a_stack.py",
    r"^naap plugin deploy ": "tests/engine/test_deployment.py",
    r"^naap plugin gate ": "tests/naap/test_gate.py: no series in a rehearsal",
    r"^naap plugin (retire|remove) ": "tests/engine/test_life_of_a_stack.py",
    r"^naap plugin rollback ": "tests/engine/test_deployment.py: of an entry that was deployed",
}


def _reason(line: str) -> str | None:
    return next((why for pattern, why in NOT_TYPED.items() if re.search(pattern, line)), None)


def _own(program: str) -> list[tuple[str, ...]]:
    """Commands of a program on the pages, each once."""
    return list(dict.fromkeys(one.words for one in commands(program) if one.page in PAGES))


KUBECTL = [(page, line) for page in PAGES for line in lines(ROOT / page, "kubectl")]


@pytest.fixture(scope="module")
def up(checkout: Checkout) -> Checkout:
    """Once, for all."""
    checkout.set_users(USERS)
    checkout.up()
    exported = checkout.pulumi("stack", "export", "--file", str(checkout.root / "state.json"))
    assert exported.returncode == 0, exported.stderr
    return checkout


class Cluster:
    """Kubectl, as a person uses it in a shell."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self._environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
        self._folder = folder

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line, in a shell that fails with the first of its pipe."""
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def first(self, kind: str, space: str | None) -> str:
        """Name of an object."""
        said = self.type(f"kubectl {f'-n {space}' if space else ''} get {kind} -o name")
        return said.stdout.split()[0].partition("/")[2]

    def filled(self, line: str) -> str:
        """With what a reader fills in: names of objects that are there."""
        line = line.replace("plugin-NAME", f"plugin-{PLUGIN}").replace("deployment NAME", f"deployment {PLUGIN}")
        kind = next((kind for kind in ("job", "hpa", "secret", "pod", "node") if f" {kind} " in line), "pod")
        line = line.replace("-n NAMESPACE", "-n naap-schema" if kind == "job" else f"-n plugin-{PLUGIN}")
        space = match[1] if (match := re.search(r"-n (\S+)", line)) else None
        if not (blank := re.search(r"<[A-Z]+>|\b(NAME|POD|NODE)\b", line)):
            return line
        named = "gateway-tls" if kind == "secret" else self.first(kind, space)
        return line.replace(blank[0], named)


@pytest.fixture
def cluster(up: Checkout) -> Cluster:
    """The one of this stack."""
    if not shutil.which("kubectl") or not shutil.which("jq"):
        pytest.skip("kubectl and jq are not on this machine; tests/docs judges the commands by their reference")
    (kubeconfig,) = (up.state / "clusters").glob("*/kubeconfig")
    return Cluster(kubeconfig, up.root)


@pytest.mark.parametrize(("page", "line"), KUBECTL, ids=str)
def test_a_line_of_kubectl_does_in_a_cluster_what_the_page_says(page: str, line: str, cluster: Cluster) -> None:
    if why := _reason(line):
        pytest.skip(why)
    said = cluster.type(cluster.filled(line))

    assert said.returncode == 0, (page, said.args[-1], said.stderr)
    assert "deprecated" not in said.stderr.lower()


@pytest.mark.parametrize("words", _own("pulumi"), ids=" ".join)
def test_a_command_of_pulumi_works_on_the_stack(words: tuple[str, ...], up: Checkout) -> None:
    if why := _reason(" ".join(words)):
        pytest.skip(why)
    config = up.state / "project" / "Pulumi.dev.yaml"
    before = config.read_text()
    _, *arguments = (_fill(word, up) for word in words)
    said = up.pulumi(*arguments, "--non-interactive", *ANSWERS.get(words[1], ()))

    if words[1] == "config":
        config.write_text(before)  # what comes of it is a matter of other tests
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("words", _own("naap"), ids=" ".join)
def test_a_command_of_the_project_works_in_a_checkout(words: tuple[str, ...], up: Checkout) -> None:
    if why := _reason(" ".join(words)):
        pytest.skip(why)
    _, *arguments = (_fill(word, up) for word in words)
    here = f"cd {shlex.quote(str(up.root))} && exec {shlex.join([sys.executable, '-m', 'naap', *arguments])}"
    said = up.shell("sh", "-c", here)

    assert said.returncode in TOLD.get(words[:2], {0}), said.stdout + said.stderr
    assert said.stdout.strip()


def _fill(word: str, up: Checkout) -> str:
    if word == BLANK:
        return next(iter(up.resources()))
    if word == "state.json":
        return str(up.root / word)
    word = word.replace("sha256:...", "sha256:" + "a" * 64)
    return re.sub(rf"\b({'|'.join(map(re.escape, FILLED))})\b", lambda found: FILLED[found[0]], word)
