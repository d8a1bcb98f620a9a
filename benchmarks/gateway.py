"""Requests through the gateway as the program configures it, through a minimal Envoy, and to the backend itself.

All in one run on one machine: clients, proxies, counting service, cache and backend share its cores. The gateway routes
to others besides the two plugins that are asked: what they cost each request belongs to the price.
"""

import os
import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.envoys import ASKING, MINIMAL, Workload, answering, asking, pod, proxying
from planning.gateway.gateway import CONTAINER_PORT, NAMESPACE
from planning.gateway.limits import RULES_OF_A_PAIR
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Auth
from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object
from rehearsal.tools.debian import Package, unpacked
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.parts import gather
from tests.dataplane.gateway.plugins import SESSIONS, unlimited
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.start import running
from tests.dataplane.gateway.tokens import session
from tests.wait import wait_for

_WRK = Package(name="wrk", suite="trixie", packages=("wrk",), programs="usr/bin")
_TOOL = "wrk"
_SECONDS = 5
_ROUNDS = 3
_START_SECONDS = 60
"""Until all routes are served."""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}
COUNTED = unlimited("counted", auth=Auth(public=("/open",)))
_RULE = RULES_OF_A_PAIR + 1
"""Of the limits that nobody reaches: after the usual ones, the second of its pair."""
_LIMITER = "app.kubernetes.io/component=ratelimit"
_UNCOUNTED = unlimited("uncounted", auth=Auth(public=("/open",)))
_OTHERS = tuple(unlimited(f"other-plugin-{number}") for number in range(50))
"""Of longer paths than those two, so that a proxy looks at their routes first."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """Of requests to the backend."""

    name: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Speed:
    """a_second: at 32 connections. Milliseconds: of one connection, where nobody waits for a turn."""

    a_second: float
    p50: float
    p99: float


def print_gateway() -> None:
    """Measures and prints the table."""
    with entered(SESSIONS, COUNTED, _UNCOUNTED, *_OTHERS) as rig:
        _measure_all(rig)


@contextmanager
def entered(*plugins: PluginSpec) -> Generator[Rig]:
    """The gateway on live nodes, from within their network. plugins: as of running()."""
    parts = gather()
    parts.programs[_TOOL] = str(unpacked(_WRK) / _TOOL)
    with running(parts, plugins=plugins) as rig, rig.cluster.inside():
        yield rig


def _measure_all(rig: Rig) -> None:
    rig.put(SESSIONS)
    ways = _ways(rig)
    best: dict[str, Speed] = {}
    for _ in range(_ROUNDS):  # each way in turn, so that a busy moment of the machine meets all of them
        for way in ways:
            speed = _measure(rig, way)
            best[way.name] = _better(best.get(way.name, speed), speed)
    direct = best[ways[0].name]
    rows = [
        f"| {name} | {speed.a_second:,.0f} | {speed.p50:.2f} ms | {speed.p99:.2f} ms "
        f"| {speed.p50 - direct.p50:+.2f} ms |"
        for name, speed in best.items()
    ]
    title = f"## Through the gateway, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} with the benchmark"
    head = "| way | requests/s | p50 | p99 | p50 more than direct |\n| --- | --- | --- | --- | --- |"
    sys.stdout.write("\n".join(["", title, "", head, *rows, ""]))


def _ways(rig: Rig) -> list[Way]:
    objects = rig.cluster.objects
    for spec in (COUNTED, _UNCOUNTED):
        objects.apply(pod(spec, answering()))
        routes = rig.routes(spec)
        objects.apply(routes if spec is COUNTED else [_without_limits(each) for each in routes])
    address = backend_of(rig, COUNTED)
    for spec in _OTHERS:
        objects.apply([*unasked(spec, address), *rig.routes(spec)])
    limiters = [pod["status"]["podIP"] for pod in rig.cluster.pods(NAMESPACE, _LIMITER)]
    minimal = started(rig, MINIMAL, proxying(address))
    floor = started(rig, ASKING, asking(address, limiters, _RULE))
    ours = f"https://{rig.addresses[0]}:{CONTAINER_PORT}/api/v1"
    viewer = {"Host": rig.settings.domain, "x-forwarded-for": "198.51.100.1, 130.176.0.1"}
    jwt = {**viewer, "authorization": f"Bearer {rig.issuer.token('alice', exp=4_000_000_000)}"}
    token = {**viewer, "authorization": f"Bearer {session('alice')}"}
    ways = [
        Way(name="direct", url=f"http://{address}/", headers={}),
        Way(name="minimal Envoy", url=f"https://{minimal}:{CONTAINER_PORT}/", headers={}),
        Way(name="minimal Envoy, + limits", url=f"https://{floor}:{CONTAINER_PORT}/", headers={}),
        Way(name="ours, public path, no limits", url=f"{ours}/uncounted/open", headers=viewer),
        Way(name="ours, + limits", url=f"{ours}/counted/open", headers=viewer),
        Way(name="ours, + token", url=f"{ours}/uncounted/x", headers=token),
        Way(name="ours, + token and limits (all)", url=f"{ours}/counted/x", headers=token),
        Way(name="ours, + JWT and limits", url=f"{ours}/counted/x", headers=jwt),
    ]
    # Not rig.settled(): the controller tells of routes that have no limits, which they are here to have.
    for way in ways:
        wait_for(way.name, lambda w=way: asked(w) == "200", seconds=_START_SECONDS)
    return ways


def unasked(spec: PluginSpec, address: str) -> list[Object]:
    """A plugin that has a route and no requests. address: of a pod, which may be another's."""
    home = {"name": spec.name, "namespace": namespace(spec.name)}
    ends: Object = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {**home, "labels": {"kubernetes.io/service-name": spec.name}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address]}],
        "ports": [{"name": "", "port": documents.PORT, "protocol": "TCP"}],
    }
    return [*(each for each in pod(spec, "") if each["kind"] != "Deployment"), ends]


def backend_of(rig: Rig, spec: PluginSpec) -> str:
    """Address of the plugin's pod, once it has one."""
    return str(wait_for(spec.name, lambda: rig.cluster.pods(namespace(spec.name), ""))[0]["status"]["podIP"])


def started(rig: Rig, workload: Workload, configuration: str) -> str:
    """Address of its pod, in the gateway's namespace."""
    rig.cluster.objects.apply([workload.deployment(NAMESPACE, configuration)])
    pods = wait_for(workload.name, lambda: rig.cluster.pods(NAMESPACE, workload.selector))
    return str(pods[0]["status"]["podIP"])


def _without_limits(document: Object) -> Object:
    kept = {name: value for name, value in document["spec"].items() if name != "mergeType"}
    return {**document, "spec": kept}


def asked(way: Way) -> str:
    """The status of one request."""
    headers = [word for name, value in way.headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", *headers, way.url]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603  # the benchmark's own


def _measure(rig: Rig, way: Way) -> Speed:
    many, one = wrk(rig, way, connections=32), wrk(rig, way, connections=1)
    return Speed(a_second=many.a_second, p50=one.p50, p99=one.p99)


def wrk(rig: Rig, way: Way, *, connections: int, seconds: int = _SECONDS) -> Speed:
    """Of a time under load. Raises AssertionError where a request was not answered well."""
    command = [rig.parts.programs[_TOOL], "--latency", f"-c{connections}", f"-t{min(2, connections)}", f"-d{seconds}s"]
    command += [word for name, value in way.headers.items() for word in ("-H", f"{name}: {value}")]
    said = subprocess.run([*command, way.url], capture_output=True, text=True, check=True).stdout  # noqa: S603  # as above
    if "Non-2xx" in said or "Socket errors" in said:
        raise AssertionError(f"{way.name}: not every request was answered:\n{said}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    times = {
        found[0]: float(found[1]) * _UNITS[found[2]] for found in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", said)
    }
    assert rate, said  # noqa: S101  # else it is no wrk
    return Speed(a_second=float(rate[1]), p50=times["50"], p99=times["99"])


def _better(one: Speed, other: Speed) -> Speed:
    return Speed(a_second=max(one.a_second, other.a_second), p50=min(one.p50, other.p50), p99=min(one.p99, other.p99))


if __name__ == "__main__":
    print_gateway()
