"""Pure planning: no engine, no YAML on disk but the registry's own."""

import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from analysis.cost.estimate import cost_of
from benchmarks.made_up import registry_text
from planning.inputs.settings_reader import parse_settings
from planning.platform import plan_platform
from plugins.registry.parse import parse_registry
from tests.planning.samples import POOLER_IMAGE

SETTINGS = {
    "users": 50_000,
    "domain": "bench.naap.example",
    "zoneId": "Z0123456789BENCH",
    "regions": ["us-east-1"],
    "owner": "bench",
    "costCenter": "bench",
    "poolerImage": POOLER_IMAGE,
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Seconds of reading, planning and pricing so many plugins; peak_mib: of Python's own memory while it does."""

    plugins: int
    read_seconds: float
    plan_seconds: float
    cost_seconds: float
    peak_mib: float


def measure_planning(plugins: int) -> Planned:
    """Reads and plans a made-up registry; memory is taken in a second round, as tracing slows the first."""
    text = registry_text(plugins)
    settings = parse_settings(SETTINGS, "bench")
    begin = time.perf_counter()
    registry = parse_registry(text, file="bench", folder=Path("nowhere"), production=False)
    read = time.perf_counter()
    plan = plan_platform(stack="bench", settings=settings, registry=registry, secret_names={})
    planned = time.perf_counter()
    cost_of(plan)
    priced = time.perf_counter()
    tracemalloc.start()
    cost_of(plan_platform(stack="bench", settings=settings, registry=registry, secret_names={}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Planned(
        plugins=plugins,
        read_seconds=read - begin,
        plan_seconds=planned - read,
        cost_seconds=priced - planned,
        peak_mib=peak / 2**20,
    )
