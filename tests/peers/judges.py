"""Other tools that judge Kubernetes objects, and what they say."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

GOOD = 10
"""kube-score's best grade."""
CHECKOV = "CHECKOV"
"""Environment variable: path of checkov, where it isn't on PATH."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a peer says of one object. where: Kind/namespace/name."""

    check: str
    where: str
    said: str


def kube_score(program: Path, files: Sequence[Path]) -> Iterable[Finding]:
    """Everything below its best grade, remarks included."""
    for item in _json([str(program), "score", "--output-format", "json", *map(str, files)]):
        metadata = item["object_meta"]
        where = f"{item['type_meta']['kind']}/{metadata.get('namespace', '')}/{metadata['name']}"
        for check in item["checks"]:
            if check["grade"] < GOOD and not check["skipped"]:
                comments = cast("list[dict[str, str]]", check["comments"] or [])
                said = "; ".join(comment["summary"] for comment in comments)
                yield Finding(check=check["check"]["id"], where=where, said=said)


def kubeconform(program: Path, schemas: str, files: Sequence[Path]) -> Iterable[Finding]:
    """What a schema refuses, and kinds without a schema."""
    command = [str(program), "-strict", "-output", "json", "-schema-location", schemas, *map(str, files)]
    for item in _json(command)["resources"]:
        if item["status"] not in ("statusValid", "statusSkipped"):
            yield Finding(check="schema", where=f"{item['kind']}//{item['name']}", said=item["msg"])


def checkov() -> Path | None:
    """Where checkov is, if it is here."""
    beside = Path(sys.executable).with_name("checkov")
    found = os.environ.get(CHECKOV) or shutil.which("checkov") or (str(beside) if beside.exists() else None)
    return Path(found) if found else None


def ask_checkov(program: Path, files: Sequence[Path]) -> Iterable[Finding]:
    """Its failed checks of the framework for Kubernetes."""
    command = [str(program), "--framework", "kubernetes", "--quiet", "--compact", "--output", "json", "--skip-download"]
    answer = _json([*command, *(word for file in files for word in ("--file", str(file)))])
    for report in cast("list[dict[str, Any]]", answer if isinstance(answer, list) else [answer]):
        assert not report["summary"]["parsing_errors"]
        for found in report["results"]["failed_checks"]:
            kind, namespace, name = (*found["resource"].split(".", 2), "", "")[:3]
            yield Finding(check=found["check_id"], where=f"{kind}/{namespace}/{name}", said=found["check_name"])


def _json(command: list[str]) -> Any:
    done = subprocess.run(
        command, env={**os.environ, "LOG_LEVEL": "ERROR"}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip(), f"{command[0]}: {done.stderr[-2000:]}"
    return json.loads(done.stdout)
