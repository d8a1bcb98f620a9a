"""Our program and a bare one under the same engine, providers and machine, one after the other."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.made_up import registry_text
from benchmarks.measure import Measured, measure
from plugins.load import load_registry
from rehearsal.engine import Engine
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.tools import Found

ROOT = Path(__file__).resolve().parent.parent
STACK = "bench"
BARE = "bare"
USERS = 50_000
PROGRAM = ("__main__.py", "Pulumi.yaml", "planning", "plugins", "components", "rehearsal", "benchmarks")
STEPS = ("preview", "first up", "empty up")
# Writing the state after every step costs the square of its size and hides the programs; both go without.
SKIP_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


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
    """A copy of the program in a folder of its own, under an engine whose Kubernetes provider says yes to all."""

    def __init__(self, folder: Path, pulumi: Found) -> None:
        self._root = folder / "program"
        self._pulumi = pulumi
        self._root.mkdir(parents=True)
        for part in PROGRAM:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self._root / part)
        shutil.rmtree(self._root / "plugins" / "manifests")  # of the real registry's plugins
        self._write_configuration()

    def compare(self, plugins: int) -> Compared:
        """Measures both programs with this many plugins, from nothing."""
        shutil.rmtree(self._root / ".rehearsal", ignore_errors=True)
        self._write_registry(plugins)
        engine = self._engine()
        ours = self._steps(engine.project.folder, STACK, engine.environment)
        resources = self._resources(engine)
        bare = self._bare(engine, resources)
        self._write_registry(plugins + 1)
        added = self._run(engine.project.folder, STACK, engine.environment, "up")
        changes = self._last_changes(engine)
        return Compared(
            plugins=plugins, resources=len(resources), ours=ours, bare=bare, added=added, added_changes=changes
        )

    def _engine(self) -> Engine:
        project = Project(root=self._root, stack=STACK)
        engine = Engine(project, self._pulumi, Progress(sys.stderr))
        engine.environment.update(SKIP_CHECKPOINTS)
        self._launch_echo(project)
        cluster = {"endpoint": "https://127.0.0.1:1", "certificateAuthority": "Ti9B", "token": "none"}
        project.clusters.write_text(json.dumps({f"naap-{STACK}-use1": cluster}))
        engine.prepare(load_registry(self._root / "plugins" / "registry.yaml", production=False))
        return engine

    def _bare(self, engine: Engine, resources: list[dict[str, Any]]) -> dict[str, Measured]:
        folder = engine.project.state / BARE
        folder.mkdir()
        listed = engine.project.state / "resources.json"
        listed.write_text(json.dumps(resources))
        program = self._root / "benchmarks" / "bare"
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

    def _launch_echo(self, project: Project) -> None:
        run = f"import runpy, sys; sys.path.insert(0, {str(self._root)!r}); "
        run += "runpy.run_module('benchmarks.echo', run_name='__main__')"
        file = project.launchers / "pulumi-resource-kubernetes"
        file.write_text(f"#!/bin/sh\nexec {sys.executable} -P -c {json.dumps(run)}\n")
        file.chmod(0o755)

    def _write_configuration(self) -> None:
        lines = (ROOT / "Pulumi.dev.yaml").read_text().splitlines(keepends=True)
        text = "".join(line for line in lines if "naap:monthlyBudgetUsd" not in line)
        text = text.replace("naap:users: 1000", f"naap:users: {USERS}")
        (self._root / f"Pulumi.{STACK}.yaml").write_text(text)

    def _write_registry(self, plugins: int) -> None:
        (self._root / "plugins" / "registry.yaml").write_text(registry_text(plugins))


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
