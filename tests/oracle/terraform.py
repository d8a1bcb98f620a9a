"""Finds terraform and the AWS provider on this machine, and runs them without any account."""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCE = "registry.terraform.io/hashicorp/aws"
MIRROR_VARIABLE = "TF_PROVIDER_MIRROR"
"""Environment variable: folder of a filesystem mirror that holds the provider."""

_DEPTH = 3
_PROVIDER = {
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": True,
    "skip_region_validation": False,
}


class NotHereError(Exception):
    """terraform or the provider is not on this machine; says which."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One resource that the provider won't take. address: of Terraform; reason: the provider's words."""

    address: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """planned: resources that the provider would make. plan: its plan as JSON, for other tools; None after refusals."""

    planned: int
    refusals: tuple[Refusal, ...] = ()
    plan: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """A working folder with the provider in it."""

    folder: Path
    binary: str
    mirror: Path
    version: str
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def found(cls, folder: Path) -> "Terraform":
        """Raises NotHereError where terraform or the provider can't be found."""
        binary = shutil.which("terraform") or shutil.which("tofu")
        if not binary:
            raise NotHereError("terraform is not on PATH")
        mirror = _mirror()
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "terraform.rc"
        settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            "TF_CLI_CONFIG_FILE": str(settings),
            "CHECKPOINT_DISABLE": "1",
            # The provider wants some credentials before it plans; these open nothing.
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        versions = [path.name for path in (mirror / SOURCE).iterdir() if path.is_dir()]
        version = max(versions, key=lambda text: [int(part) for part in text.split(".")])
        return cls(folder=folder, binary=binary, mirror=mirror, version=version, environment=environment)

    @functools.cached_property
    def schemas(self) -> Mapping[str, Any]:
        """The provider's own description of every resource type."""
        self._write({}, {})
        self._run("init", "-no-color", "-input=false")
        answer = json.loads(self._run("providers", "schema", "-json"))
        return answer["provider_schemas"][SOURCE]["resource_schemas"]

    def judge(self, resources: Mapping[str, Mapping[str, Any]], regions: Mapping[str, str]) -> Verdict:
        """Validates and plans. resources: type -> name -> body; regions: alias of the provider -> region."""
        self._write(resources, regions)
        answer = json.loads(self._run("validate", "-json", check=False))
        refusals = tuple(_refusals(answer["diagnostics"]))
        if refusals:
            return Verdict(planned=0, refusals=refusals)
        lines = self._run("plan", "-no-color", "-input=false", "-refresh=false", "-out=plan.out", "-json", check=False)
        events = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
        refusals = tuple(_refusals(event["diagnostic"] for event in events if "diagnostic" in event))
        if refusals:
            return Verdict(planned=0, refusals=refusals)
        plan = self.folder / "plan.json"
        plan.write_text(self._run("show", "-json", "plan.out"))
        planned = sum(event["changes"]["add"] for event in events if event.get("type") == "change_summary")
        return Verdict(planned=planned, plan=plan)

    def _write(self, resources: Mapping[str, Mapping[str, Any]], regions: Mapping[str, str]) -> None:
        providers = [{**_PROVIDER, "region": "us-east-1"}]
        providers += [{**_PROVIDER, "alias": alias, "region": region} for alias, region in regions.items()]
        document: dict[str, Any] = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": self.version}}},
            "provider": {"aws": providers},
        }
        if resources:
            document["resource"] = resources
        (self.folder / "main.tf.json").write_text(json.dumps(document, indent=1))

    def _run(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"terraform {arguments[0]}: {done.stderr.strip()[-2000:]}")
        return done.stdout


def _mirror() -> Path:
    stated = os.environ.get(MIRROR_VARIABLE)
    if stated:
        return Path(stated)
    for depth in range(1, _DEPTH + 1):
        for found in Path("/").glob("*/" * depth + SOURCE):
            return found.parents[len(Path(SOURCE).parts) - 1]
    raise NotHereError(f"no mirror holds {SOURCE}: name one in {MIRROR_VARIABLE}")


def _refusals(diagnostics: Iterable[Mapping[str, Any]]) -> Iterable[Refusal]:
    for found in diagnostics:
        if found["severity"] == "error":
            snippet: dict[str, Any] = found.get("snippet") or {}
            where = str(found.get("address") or snippet.get("context") or "?")
            code = str(snippet.get("code", "")).strip()[:120]
            yield Refusal(address=where, reason=f"{found['summary']}: {found.get('detail', '')} {code}".strip())
