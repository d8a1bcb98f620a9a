"""What the policy pack adds to a preview: the same preview with it and without it, in turn."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.made_up import registry_text
from benchmarks.measure import measure
from benchmarks.program import ROOT, Program
from rehearsal.engine import Engine
from rehearsal.tools.toolbox import Found

STACK = "dev"
"""By its name the pack knows what to demand of it."""
USERS = 50_000
PLUGINS = 100
ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class PackCost:
    """Medians of several rounds, in seconds."""

    plugins: int
    without: float
    judged: float

    @property
    def share(self) -> float:
        """The pack's part of a judged preview, 0 to 1."""
        return (self.judged - self.without) / self.judged


def measure_pack(plugins: int, pulumi: Found, rounds: int = ROUNDS) -> PackCost:
    """Previews a stack with this many plugins from nothing. Raises CommandFailedError where a preview fails."""
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(folder) / "program", stack=STACK, pulumi=pulumi)
        program.configure(STACK, {"naap:users": USERS, "naap:monthlyBudgetUsd": None})
        program.set_registry(registry_text(plugins))
        pack = shutil.copytree(ROOT / "policies", program.root / "policies")
        engine = program.engine()
        found = [(_preview(engine), _preview(engine, "--policy-pack", str(pack))) for _ in range(rounds)]
    return PackCost(
        plugins=plugins,
        without=median(without for without, _ in found),
        judged=median(judged for _, judged in found),
    )


def policy_lines(pulumi: Found) -> Iterator[str]:
    """The table of docs/benchmarks.md."""
    yield "\n## The policy pack's share of a preview\n"
    yield "| plugins | preview | judged by the pack | the pack's share |\n| --- | --- | --- | --- |"
    cost = measure_pack(PLUGINS, pulumi)
    yield f"| {cost.plugins} | {cost.without:.1f} s | {cost.judged:.1f} s | {cost.share:.0%} |"


def _preview(engine: Engine, *options: str) -> float:
    command = [str(engine.pulumi.path), "preview", "--stack", STACK, "--non-interactive", "--suppress-outputs"]
    command += ["--parallel=32", *options]
    return measure(command, folder=engine.project.folder, environment=engine.environment).seconds
