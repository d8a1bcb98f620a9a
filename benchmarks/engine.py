"""Our program and a bare one under the same engine, providers and machine, one after the other."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.made_up import registry_text
from benchmarks.measure import Measured, measure
from benchmarks.program import Program
from rehearsal.engine import Engine
from rehearsal.tools import Found

STACK = "bench"
BARE = "bare"
USERS = 50_000
STEPS = ("preview", "first up", "empty up")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One size: what each program took for each step. added: the up that adds one plugin, and its changes."""

    plugins: int
    resources: int
    ours: Mapping[str, Measured]
    bare: Mapping[str, Measured]
    added: Measured
    added_changes: Mapping[str, int]


class Bench:
    """Both programs, in a folder of their own."""

    def __init__(self, folder: Path, pulumi: Found) -> None:
        self._program = Program(folder / "program", stack=STACK, pulumi=pulumi)
        self._program.configure("dev", {"naap:users": USERS, "naap:monthlyBudgetUsd": None})
        self._pulumi = pulumi

    def compare(self, plugins: int) -> Compared:
        """Measures both programs with this many plugins, from nothing."""
        self._program.set_registry(registry_text(plugins))
        engine = self._program.engine()
        ours = self._steps(engine.project.folder, STACK, engine.environment)
        resources = self._resources(engine)
        bare = self._bare(engine, resources)
        self._program.set_registry(registry_text(plugins + 1))
        added = self._run(engine.project.folder, STACK, engine.environment, "up")
        changes = self._last_changes(engine)
        return Compared(
            plugins=plugins, resources=len(resources), ours=ours, bare=bare, added=added, added_changes=changes
        )

    def _bare(self, engine: Engine, resources: list[dict[str, Any]]) -> dict[str, Measured]:
        folder = engine.project.state / BARE
        folder.mkdir()
        listed = engine.project.state / "resources.json"
        listed.write_text(json.dumps(resources))
        program = self._program.root / "benchmarks" / "bare"
        runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": BARE, "runtime": runtime, "main": str(program)}))
        environment = engine.environment | {"BARE_RESOURCES": str(listed)}
        for arguments in (["stack", "init", BARE], ["config", "set", "aws:region", "us-east-1", "--stack", BARE]):
            subprocess.run(  # noqa: S603  # the engine that is measured
                [str(self._pulumi.path), *arguments], cwd=folder, env=environment, check=True, capture_output=True
            )
        return self._steps(folder, BARE, environment)

    def _steps(self, folder: Path, stack: str, environment: Mapping[str, str]) -> dict[str, Measured]:
        return {step: self._run(folder, stack, environment, step.rpartition(" ")[2]) for step in STEPS}

    def _run(self, folder: Path, stack: str, environment: Mapping[str, str], operation: str) -> Measured:
        options = ["--yes", "--skip-preview"] if operation == "up" else []
        command = [str(self._pulumi.path), operation, *options, "--stack", stack, "--non-interactive", "--parallel=32"]
        return measure([*command, "--suppress-outputs"], folder=folder, environment=environment)

    def _resources(self, engine: Engine) -> list[dict[str, Any]]:
        exported = json.loads(engine.run("stack", "export", "--stack", STACK, "--show-secrets"))
        return [
            {
                "type": item["type"],
                "name": item["urn"].rpartition("::")[2],
                "custom": item["custom"],
                "inputs": _clear(item.get("inputs", {})),
            }
            for item in exported["deployment"]["resources"]
            if not item["type"].startswith("pulumi:")
        ]

    def _last_changes(self, engine: Engine) -> dict[str, int]:
        history = json.loads(engine.run("stack", "history", "--stack", STACK, "--json"))
        return dict(history[0].get("resourceChanges") or {})


def _clear(value: Any) -> Any:
    """Inputs as a program would state them: without the engine's envelopes around secrets."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return json.loads(value["plaintext"]) if "plaintext" in value else "asset"  # pyright: ignore[reportUnknownArgumentType]  # JSON
        return {key: _clear(item) for key, item in value.items() if key != "__defaults"}  # pyright: ignore[reportUnknownVariableType]  # JSON
    if isinstance(value, list):
        return [_clear(item) for item in value]  # pyright: ignore[reportUnknownVariableType]  # JSON
    return value


def cores() -> int:
    """Cores of this machine, for the table's heading."""
    return os.cpu_count() or 1
