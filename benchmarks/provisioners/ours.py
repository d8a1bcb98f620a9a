"""Our program, with its Kubernetes objects in a real API server."""

import json
from pathlib import Path

from benchmarks.engine import STACK, USERS, Side, clear
from benchmarks.made_up import registry_text
from benchmarks.measure import Measured
from benchmarks.program import Program
from benchmarks.provisioners.chart import Object
from rehearsal.control_plane.control_plane import Access
from rehearsal.engine import Engine
from rehearsal.tools.toolbox import Found

_RELEASE = "kubernetes:helm.sh/v3:Release"
"""A rehearsal only records it: its own objects are made by Helm."""


class Ours:
    """A stack with this many plugins."""

    def __init__(self, folder: Path, plugins: int, pulumi: Found) -> None:
        self._program = Program(folder, stack=STACK, pulumi=pulumi)
        self._program.configure("dev", {"naap:users": USERS, "naap:monthlyBudgetUsd": None})
        self._program.set_registry(registry_text(plugins))
        self._empty = ""

    def engine(self, access: Access) -> Engine:
        """Of a stack that has nothing, beside a control plane that has nothing."""
        engine = self._program.engine(access)
        self._empty = self._empty or engine.state_file().read_text()
        self._side(engine).forget()
        return engine

    def run(self, engine: Engine, operation: str) -> Measured:
        """Measures preview or up."""
        return self._side(engine).run(operation)

    def made(self, engine: Engine) -> tuple[int, list[Object]]:
        """How many resources the stack has, components too; and the objects that it gave to the API server."""
        exported = json.loads(engine.run("stack", "export", "--stack", STACK, "--show-secrets"))
        resources = [item for item in exported["deployment"]["resources"] if not item["type"].startswith("pulumi:")]
        objects = [item for item in resources if item["type"].startswith("kubernetes:") and item["type"] != _RELEASE]
        return len(resources), [clear(item["inputs"]) for item in objects]

    def _side(self, engine: Engine) -> Side:
        return Side(
            pulumi=engine.pulumi.path,
            folder=engine.project.folder,
            stack=STACK,
            environment=engine.environment,
            state=engine.state_file(),
            account=engine.project.account,
            empty=self._empty,
        )
