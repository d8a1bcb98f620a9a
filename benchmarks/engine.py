"""Our program and a bare one under the same engine, providers and machine, in turn."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.made_up import made_up_image, registry_text
from benchmarks.measure import Measured, measure, middle
from benchmarks.program import ROOT, Program
from naap.deploy.deployment import Deployment
from plugins.commands.releases import release
from plugins.registry.sources import entry_file
from rehearsal.engine import SUMMARY_ONLY, Engine
from rehearsal.progress import Progress
from rehearsal.standins.values import SIGNATURE
from rehearsal.tools.toolbox import Found

STACK = "bench"
BARE = "bare"
USERS = 50_000
STEPS = ("preview", "first up", "empty up")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One size: what each program took for each step. added: the up that adds one plugin, and its changes.

    deployed: seconds of `naap plugin deploy` of another image, with preview, policy pack and update.

    Of more than one round, the middle one's seconds and the highest peak.
    """

    plugins: int
    resources: int
    ours: Mapping[str, Measured]
    bare: Mapping[str, Measured]
    added: Measured
    added_changes: Mapping[str, int]
    deployed: float


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two programs, as a stack. empty: its state before the first resource; account: of the played AWS."""

    pulumi: Path
    folder: Path
    stack: str
    environment: Mapping[str, str]
    state: Path
    account: Path
    empty: str

    def run(self, operation: str) -> Measured:
        """Measures preview or up."""
        options = ["--yes", "--skip-preview"] if operation == "up" else []
        command = [str(self.pulumi), operation, *options, "--stack", self.stack, "--non-interactive", "--parallel=32"]
        return measure([*command, SUMMARY_ONLY], folder=self.folder, environment=self.environment)

    def forget(self) -> None:
        """As if nothing had been built."""
        self.state.write_text(self.empty)
        self.account.unlink(missing_ok=True)


class Bench:
    """Both programs, in a folder of their own."""

    def __init__(self, folder: Path, pulumi: Found) -> None:
        self._program = Program(folder / "program", stack=STACK, pulumi=pulumi)
        self._program.configure("dev", {"naap:users": USERS, "naap:monthlyBudgetUsd": None})
        self._pulumi = pulumi

    def compare(self, plugins: int, rounds: int) -> Compared:
        """Measures both programs with this many plugins, from nothing in each round, step by step in turn."""
        self._program.set_registry(registry_text(plugins))
        engine = self._program.engine()
        ours = self._side(engine, engine.project.folder, STACK, engine.state_file())
        ours.run("up")
        resources = self._resources(engine)
        sides = (ours, self._bare(engine, resources))
        found: dict[tuple[int, str], list[Measured]] = {}
        for _ in range(rounds):
            for side in sides:
                side.forget()
            for step in STEPS:
                for number, side in enumerate(sides):
                    found.setdefault((number, step), []).append(side.run(step.rpartition(" ")[2]))
        self._program.set_registry(registry_text(plugins + 1))
        added = ours.run("up")
        return Compared(
            plugins=plugins,
            resources=len(resources),
            ours={step: middle(found[0, step]) for step in STEPS},
            bare={step: middle(found[1, step]) for step in STEPS},
            added=added,
            added_changes=self._last_changes(engine),
            deployed=deploy_seconds(self._program, engine),
        )

    def _side(self, engine: Engine, folder: Path, stack: str, state: Path) -> Side:
        account = folder / "account.sqlite"  # of each side its own: both make resources of the same names
        return Side(
            pulumi=self._pulumi.path,
            folder=folder,
            stack=stack,
            environment=engine.environment
            | {"BARE_RESOURCES": str(engine.project.state / "resources.json"), "NAAP_ACCOUNT": str(account)},
            state=state,
            account=account,
            empty=state.read_text(),
        )

    def _bare(self, engine: Engine, resources: list[dict[str, Any]]) -> Side:
        folder = engine.project.state / BARE
        folder.mkdir()
        (engine.project.state / "resources.json").write_text(json.dumps(resources))
        program = self._program.root / "benchmarks" / "bare"
        runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": BARE, "runtime": runtime, "main": str(program)}))
        for arguments in (["stack", "init", BARE], ["config", "set", "aws:region", "us-east-1", "--stack", BARE]):
            subprocess.run(  # noqa: S603  # the engine that is measured
                [str(self._pulumi.path), *arguments],
                cwd=folder,
                env=dict(engine.environment),
                check=True,
                capture_output=True,
            )
        return self._side(engine, folder, BARE, engine.state_file().parent.parent / BARE / f"{BARE}.json")

    def _resources(self, engine: Engine) -> list[dict[str, Any]]:
        exported = json.loads(engine.run("stack", "export", "--stack", STACK, "--show-secrets"))
        return [
            {
                "type": item["type"],
                "name": item["urn"].rpartition("::")[2],
                "custom": item["custom"],
                "inputs": clear(item.get("inputs", {})),
            }
            for item in exported["deployment"]["resources"]
            if not item["type"].startswith("pulumi:")
        ]

    def _last_changes(self, engine: Engine) -> dict[str, int]:
        history = json.loads(engine.run("stack", "history", "--stack", STACK, "--json"))
        return dict(history[0].get("resourceChanges") or {})


def clear(value: Any) -> Any:
    """Inputs as a program would state them: without the engine's envelopes around secrets."""
    if isinstance(value, dict):
        if SIGNATURE in value:
            return json.loads(value["plaintext"]) if "plaintext" in value else "asset"  # pyright: ignore[reportUnknownArgumentType]  # JSON
        return {key: clear(item) for key, item in value.items() if key != "__defaults"}  # pyright: ignore[reportUnknownVariableType]  # JSON
    if isinstance(value, list):
        return [clear(item) for item in value]  # pyright: ignore[reportUnknownVariableType]  # JSON
    return value


def deploy_seconds(program: Program, engine: Engine) -> float:
    """How long the first plugin's next image takes, of a stack that is up."""
    registry, name = program.root / "plugins" / "registry.yaml", "plugin-0000"
    entries = json.loads(registry.read_text())["plugins"]
    own = entry_file(registry, name)
    own.parent.mkdir()
    own.write_text(yaml.safe_dump({"plugins": {name: entries.pop(name)}}))
    program.set_registry(json.dumps({"plugins": entries}))
    deployment = Deployment(
        engine=engine, policies=ROOT / "policies", progress=Progress(sys.stderr), agree=lambda _changes: True
    )
    began = time.monotonic()
    deployment.run(release(registry, name, image=made_up_image(name, "1.0.1")))
    return time.monotonic() - began


def import_seconds() -> float:
    """What our program imports and the bare one doesn't: the SDKs of both providers, above all."""
    found: list[list[float]] = [[], []]
    for _ in range(3):
        for times, module in zip(found, ("components.platform", "pulumi"), strict=True):
            command = [sys.executable, "-c", f"import gc, os; gc.disable(); import {module}; os._exit(0)"]
            times.append(measure(command, folder=ROOT, environment=os.environ).seconds)
    ours, bare = map(statistics.median, found)
    return ours - bare


def cores() -> int:
    """Cores of this machine, for the table's heading."""
    return os.cpu_count() or 1
