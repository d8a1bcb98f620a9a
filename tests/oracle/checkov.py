"""checkov over the provider's plan: every finding is mended, or skipped with its reason in skips.yaml."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from tests.oracle.terraform import NotHereError

SKIPS = Path(__file__).with_name("skips.yaml")
VARIABLE = "CHECKOV"
"""Environment variable: path of checkov, where it isn't on PATH."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What checkov says of one resource. urn: of Pulumi."""

    check: str
    title: str
    urn: str


@dataclass(frozen=True, kw_only=True)
class Skip:
    """A check that does not apply where the pattern matches, and why. It is sought in `<deployment> <urn>`."""

    check: str
    pattern: str
    reason: str

    def covers(self, finding: Finding, deployment: str) -> bool:
        """Whether this is the finding's excuse."""
        return self.check == finding.check and re.search(self.pattern, f"{deployment} {finding.urn}") is not None


def skips(path: Path = SKIPS) -> tuple[Skip, ...]:
    """The excuses of the file, in its order."""
    loaded = cast("list[dict[str, str]]", cast("Any", YAML(typ="safe")).load(path.read_text()))
    return tuple(Skip(check=item["check"], pattern=item.get("on", "."), reason=item["reason"]) for item in loaded)


def findings(plan: Path, urns: Mapping[str, str]) -> list[Finding]:
    """All that checkov finds in a plan. urns: by Terraform's address. Raises NotHereError without checkov."""
    binary = os.environ.get(VARIABLE) or shutil.which("checkov") or _beside_python()
    if not binary:
        raise NotHereError(f"checkov is not on PATH; name it in {VARIABLE}")
    done = subprocess.run(
        [binary, "--file", plan.name, "--framework", "terraform_plan", "--quiet", "--compact", "--output", "json"],
        cwd=plan.parent,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout.strip():
        raise RuntimeError(f"checkov: {done.stderr.strip()[-2000:]}")
    return sorted(_read(json.loads(done.stdout), urns), key=lambda finding: (finding.check, finding.urn))


def _beside_python() -> str | None:
    found = Path(sys.executable).with_name("checkov")
    return str(found) if found.exists() else None


def _read(answer: Any, urns: Mapping[str, str]) -> Iterable[Finding]:
    reports = cast("list[dict[str, Any]]", answer if isinstance(answer, list) else [answer])
    for report in reports:
        if report.get("summary", {}).get("parsing_errors"):
            raise RuntimeError("checkov could not read the plan")
        for found in report.get("results", {}).get("failed_checks", []):
            address = str(found["resource"])
            yield Finding(check=found["check_id"], title=found["check_name"], urn=urns.get(address, address))
