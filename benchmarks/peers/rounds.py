"""Rounds of load on gateways with two instances each: what they carry, what that costs, and if they count right."""

import ssl
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPSConnection

from benchmarks.gateway import Speed, Way, wrk
from benchmarks.measure import cpu_seconds
from benchmarks.peers.surroundings import FEW, KNOWN, OPEN
from rehearsal.progress import Progress
from tests.dataplane.gateway.rig import Rig

_ROUNDS, _SECONDS = 3, 5
_CONNECTIONS = 16
"""To each of the two instances."""
BURST, _ASKERS = 400, 16
PAUSE = 5
WAYS = {OPEN: "limit of a client", KNOWN: "token, and limit of a user"}
_TAKING_PART = frozenset({"envoy", "ratelimit", "valkey-server", "traefik", "java"})
"""Programs whose CPU is counted: proxies, limit service, cache, backend and the peers' token service."""


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """ways: by a peer's path, the same of ours; to each instance."""

    name: str
    ways: Mapping[str, tuple[Way, Way]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """speed: requests a second through both instances, times of one connection. cpu_us: of a request, together."""

    speed: Speed
    cpu_us: float


def speeds(rig: Rig, gateways: list[Gateway]) -> dict[tuple[str, str], Result]:
    """The best of rounds, each gateway in turn; the first round warms a virtual machine and its connections up."""
    progress, best = Progress(sys.stderr), dict[tuple[str, str], Result]()
    for number in range(_ROUNDS):
        for gateway in gateways:
            for path in WAYS:
                new = _measured(rig, gateway.ways[path])
                progress.say(f"  round {number + 1} of {_ROUNDS}: {gateway.name}, {path}: {new.speed.a_second:,.0f}/s")
                old = best.get((gateway.name, path), new)
                best[gateway.name, path] = new if new.speed.a_second > old.speed.a_second else old
    return best


def _measured(rig: Rig, ways: tuple[Way, Way]) -> Result:
    def load(way: Way) -> float:
        return wrk(rig, way, connections=_CONNECTIONS, seconds=_SECONDS).a_second

    before = cpu_seconds(_TAKING_PART)
    with ThreadPoolExecutor() as pool:
        rates = list(pool.map(load, ways))
    after = cpu_seconds(_TAKING_PART)
    used = sum(after[process] - before[process] for process in before.keys() & after.keys())
    one = wrk(rig, ways[0], connections=1, seconds=_SECONDS)
    speed = Speed(a_second=sum(rates), p50=one.p50, p99=one.p99)
    return Result(speed=speed, cpu_us=used / (sum(rates) * _SECONDS) * 1_000_000)


def let_through(rig: Rig, gateway: Gateway) -> tuple[int, int]:
    """Of two bursts over both instances within a minute, while others are served."""
    time.sleep(-time.time() % 60)  # ours counts by the minute of the clock
    Progress(sys.stderr).say(f"  counting: {gateway.name}")
    with ThreadPoolExecutor() as pool:
        load = [pool.submit(wrk, rig, way, connections=4, seconds=3 * PAUSE) for way in gateway.ways[OPEN]]
        time.sleep(1)
        first = _burst(gateway.ways[FEW])
        time.sleep(PAUSE)
        second = _burst(gateway.ways[FEW])
        for each in load:
            each.result()
    return first, second


def _burst(ways: tuple[Way, Way]) -> int:
    """Requests of many at once that were answered by the backend."""

    def ask(asker: int) -> int:
        way = ways[asker % 2]
        scheme, _, host, *rest = way.url.split("/")
        assert scheme == "https:"  # noqa: S101  # as all of them are
        context = ssl._create_unverified_context()  # noqa: S323  # pyright: ignore[reportPrivateUsage]  # as wrk
        connection = HTTPSConnection(host, context=context)
        allowed = 0
        for _ in range(BURST // _ASKERS):
            connection.request("GET", "/" + "/".join(rest), headers=dict(way.headers))
            answer = connection.getresponse()
            answer.read()
            allowed += answer.status == 200  # noqa: PLR2004
        connection.close()
        return allowed

    with ThreadPoolExecutor(max_workers=_ASKERS) as pool:
        return sum(pool.map(ask, range(_ASKERS)))
