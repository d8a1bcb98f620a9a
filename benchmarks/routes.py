"""`python -m benchmarks.routes`: the gateway before 10 plugins, 100 and 1,000.

Nobody asks the others: what they cost is memory, the time until a new route is served, and a part of each request.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.envoys import answering, pod
from benchmarks.gateway import COUNTED, Speed, Way, asked, backend_of, entered, unasked, wrk
from benchmarks.measure import resident_mib, wait_idle
from planning.gateway.gateway import CONTAINER_PORT
from planning.inputs.registry.registry_entry import PluginSpec
from rehearsal.progress import Progress
from tests.dataplane.gateway.plugins import SESSIONS, unlimited
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import session
from tests.planning.samples import plugin
from tests.plugin_plans import with_backend
from tests.wait import wait_for

_SIZES = (10, 100, 1_000)
_ADDED, _ROUNDS = 3, 3
_MINUTES = 10
"""That the controller may take to put so many routes in, at the most."""
_HEAD = "| plugins | a new route is served after | one proxy | controller | requests/s | p50 | p99 |"


@dataclass(frozen=True, kw_only=True)
class Row:
    """served_after: seconds from a new plugin's objects to its first answer, the median. MiB: of one proxy, and of the
    controller."""

    plugins: int
    served_after: float
    proxy_mib: float
    controller_mib: float
    speed: Speed


def route_lines(sizes: Sequence[int]) -> Iterator[str]:
    """The table of docs/benchmarks.md, line by line as it is measured. sizes: the smallest first."""
    yield f"\n## The gateway before many plugins\n\n{_HEAD}\n| --- | --- | --- | --- | --- | --- | --- |"
    others = [_other(number) for number in range(sizes[-1])]
    added = [spec for plugins in sizes for spec in _added(plugins)]
    with entered(SESSIONS, COUNTED, *others, *added) as rig:
        for row in _measure_all(rig, sizes):
            speed = row.speed
            yield (
                f"| {row.plugins:,} | {row.served_after:.1f} s | {row.proxy_mib:.0f} MiB "
                f"| {row.controller_mib:.0f} MiB | {speed.a_second:,.0f} | {speed.p50:.2f} ms | {speed.p99:.2f} ms |"
            )


def _other(number: int) -> PluginSpec:
    return with_backend(plugin(f"other-{number:04d}"))


def _added(plugins: int) -> list[PluginSpec]:
    """Those whose way to their first answer is measured once so many are there."""
    return [unlimited(f"added-{plugins}-{number}") for number in range(_ADDED)]


def _measure_all(rig: Rig, sizes: Sequence[int]) -> Iterator[Row]:
    viewer = {"Host": rig.settings.domain, "x-forwarded-for": "198.51.100.1, 130.176.0.1"}
    rig.put(SESSIONS)
    rig.cluster.objects.apply([*pod(COUNTED, answering()), *rig.routes(COUNTED)])
    backend = backend_of(rig, COUNTED)
    token = {**viewer, "authorization": f"Bearer {session('alice')}"}
    asked_way = Way(name="counted", url=f"{_base(rig)}/counted/x", headers=token)
    progress, there = Progress(sys.stderr), 0
    for plugins in sizes:
        for number in range(there, plugins):
            _put(rig, _other(number), backend)
            if number % 100 == 0:
                progress.say(f"  {number} plugins")
        _wait_served(rig, _other(plugins - 1).name, token)
        there = plugins
        added = [_seconds_to_serve(rig, spec, backend, token) for spec in _added(plugins)]
        wait_for("the first plugin", lambda: asked(asked_way) == "200")
        wait_idle("envoy-gateway")  # it writes of each object what became of it, on the same cores
        rounds = [wrk(rig, asked_way, connections=32) for _ in range(_ROUNDS)]
        one = wrk(rig, asked_way, connections=1)
        yield Row(
            plugins=plugins,
            served_after=statistics.median(added),
            proxy_mib=resident_mib("envoy"),
            controller_mib=resident_mib("envoy-gateway"),
            speed=Speed(a_second=max(each.a_second for each in rounds), p50=one.p50, p99=one.p99),
        )


def _base(rig: Rig) -> str:
    return f"https://{rig.addresses[0]}:{CONTAINER_PORT}/api/v1"


def _put(rig: Rig, spec: PluginSpec, backend: str) -> None:
    rig.cluster.objects.apply([*unasked(spec, backend), *rig.routes(spec)])


def _wait_served(rig: Rig, name: str, headers: dict[str, str]) -> None:
    way = Way(name=name, url=f"{_base(rig)}/{name}/x", headers=headers)
    wait_for(name, lambda: asked(way) == "200", seconds=60 * _MINUTES, every=0.05)


def _seconds_to_serve(rig: Rig, spec: PluginSpec, backend: str, headers: dict[str, str]) -> float:
    _put(rig, spec, backend)
    begun = time.monotonic()
    _wait_served(rig, spec.name, headers)
    return time.monotonic() - begun


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routes", description=__doc__)
    parser.add_argument("--plugins", type=int, nargs="*", default=_SIZES)
    chosen: list[int] = sorted(parser.parse_args().plugins)
    for line in route_lines(chosen):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
