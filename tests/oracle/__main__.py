"""`python -m tests.oracle`: hands the AWS resources of stacks to the real Terraform AWS provider, then to checkov.

Without arguments: the whole program of every tier, built without an engine. With --state FILE: an exported stack.
Exit codes: 0 clean; 1 something refused, unmapped or found; 2 terraform, provider or checkov is not on this machine.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.build.environments import Environment, build, plan
from tests.components.recording import as_deployment
from tests.oracle.check import check
from tests.oracle.terraform import NotHereError, Terraform

USERS = (1_000, 10_000, 50_000, 100_000)
Resources = Iterable[Mapping[str, Any]]


def main() -> int:
    """Checks each deployment, one after the other."""
    arguments = _arguments()
    clean = True
    with tempfile.TemporaryDirectory(prefix="aws-check-") as scratch:
        folder = arguments.work or Path(scratch)
        try:
            terraform = Terraform.found(folder)
            for name, resources in _deployments(arguments, folder):
                start = time.monotonic()
                report = check(terraform, resources, name=name, look=not arguments.no_checkov)
                clean = clean and report.clean
                print(*report.said(), sep="\n")
                seconds = time.monotonic() - start
                print(f"{name}: {'clean' if report.clean else 'NOT CLEAN'} in {seconds:.0f} s\n", flush=True)
        except NotHereError as error:
            print(f"not checked: {error}")
            return 2
    return 0 if clean else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--state", type=Path, action="append", default=[], help="file of `pulumi stack export`")
    parser.add_argument("--users", type=int, action="append", help="tiers to build; default: one of each")
    parser.add_argument("--stack", choices=("dev", "prod"), action="append", help="default: both")
    parser.add_argument("--work", type=Path, help="keep Terraform's files and plans here")
    parser.add_argument("--no-checkov", action="store_true", help="validate and plan only")
    return parser.parse_args()


def _deployments(arguments: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Resources]]:
    for path in arguments.state:
        exported = json.loads(path.read_text())
        yield path.stem, (exported.get("deployment") or exported)["resources"]
    if arguments.state:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for stack in arguments.stack or ("dev", "prod"):
        for users in arguments.users or USERS:
            environment = Environment(users=users, production=stack == "prod")
            records = build(plan(environment, folder)).records
            yield f"{stack}-{users}", as_deployment(records)["deployment"]["resources"]


if __name__ == "__main__":
    sys.exit(main())
