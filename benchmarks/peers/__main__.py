"""The command `python -m benchmarks.peers`: our gateway and those that count in Redis too, two instances of each.

The same backend, TLS on both sides of the counter's cache, limits, logs of requests and load; all in one run on one
machine, each instance in the network of a pod of its own. A peer whose tools are missing is left out, and that is said.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from benchmarks.envoys import answering, pod
from benchmarks.gateway import Way, asked, backend_of, entered
from benchmarks.peers import spring, traefik
from benchmarks.peers.rounds import BURST, PAUSE, WAYS, Gateway, Result, let_through, speeds
from benchmarks.peers.surroundings import (
    FEW,
    FEW_PER_MINUTE,
    KNOWN,
    OPEN,
    PORT,
    USER_HEADER,
    Instance,
    Surroundings,
    surroundings,
)
from planning.gateway.gateway import CONTAINER_PORT
from planning.inputs.registry.sections import Auth, RateLimit
from planning.shared.naming import namespace
from rehearsal import RehearsalError
from rehearsal.progress import Progress
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.cluster import SERVERS
from tests.dataplane.gateway.plugins import SESSIONS, unlimited
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import session
from tests.planning.samples import plugin
from tests.plugin_plans import with_backend
from tests.wait import wait_for

_PEERS = (traefik, spring)
_START_SECONDS = 180
"""For a virtual machine on a busy machine, at the most."""
_PUBLIC = Auth(public=("/open",))
_COUNTED = unlimited("counted", auth=_PUBLIC)
_TOKENS = unlimited("tokens")
_FEW = with_backend(
    plugin("few"),
    auth=_PUBLIC,
    rate_limit=RateLimit(user_per_minute=FEW_PER_MINUTE, client_per_minute=FEW_PER_MINUTE),
)


def print_peers() -> None:
    """Builds the peers, measures all and prints the tables."""
    programs = _built(sys.stdout)
    with entered(SESSIONS, _COUNTED, _FEW) as rig:
        _measure_all(rig, programs)


def _built(out: TextIO) -> dict[str, Path]:
    """Programs of the peers that can be had here, by their names; of the others the reason is told."""
    programs: dict[str, Path] = {}
    for peer in _PEERS:
        try:
            programs[peer.NAME] = peer.built(Progress(sys.stderr))
        except RehearsalError as error:
            print(f"\n{peer.NAME} is left out: {error}", file=out, flush=True)
    return programs


def _measure_all(rig: Rig, programs: Mapping[str, Path]) -> None:
    rig.put(SESSIONS)
    for spec in (_COUNTED, _FEW):
        rig.cluster.objects.apply([*pod(spec, answering()), *rig.routes(spec)])
    # In a namespace of its own: policies let nobody in the gateway's be asked at this port.
    rig.cluster.objects.apply(pod(_TOKENS, answering(**{USER_HEADER: "alice"})))
    backend, tokens = (f"http://{backend_of(rig, spec)}:{documents.PORT}" for spec in (_COUNTED, _TOKENS))
    with surroundings(address=SERVERS, backend=backend, tokens=tokens) as around:
        gateways = [_ours(rig), *_peers(rig, around, programs)]
        rig.settled()
        for gateway in gateways:
            for way in (way for both in gateway.ways.values() for way in both):
                wait_for(f"{way.name} {way.url}", lambda w=way: asked(w) in {"200", "429"}, seconds=_START_SECONDS)
        _print(gateways, speeds(rig, gateways), {each.name: let_through(rig, each) for each in gateways})


def _ours(rig: Rig) -> Gateway:
    viewer = {"Host": rig.settings.domain, "x-forwarded-for": "198.51.100.1, 130.176.0.1"}
    token = {**viewer, "authorization": f"Bearer {session('alice')}"}
    places = {OPEN: ("counted/open", viewer), KNOWN: ("counted/x", token), FEW: ("few/open", viewer)}
    bases = [f"https://{address}:{CONTAINER_PORT}/api/v1" for address in rig.addresses]
    return _gateway(
        "ours", {path: ([f"{base}/{rest}" for base in bases], sent) for path, (rest, sent) in places.items()}
    )


def _peers(rig: Rig, around: Surroundings, programs: Mapping[str, Path]) -> list[Gateway]:
    found: list[Gateway] = []
    token = {"authorization": f"Bearer {session('alice')}"}
    sent = {OPEN: {}, KNOWN: token, FEW: {}}
    for peer in (each for each in _PEERS if each.NAME in programs):
        addresses = [_instance(rig, around, peer.instance, programs[peer.NAME], number) for number in range(2)]
        bases = [f"https://{address}:{PORT}" for address in addresses]
        found.append(_gateway(peer.NAME, {path: ([base + path for base in bases], sent[path]) for path in sent}))
    return found


def _instance(
    rig: Rig, around: Surroundings, made: Callable[[Path, str, Surroundings], Instance], program: Path, number: int
) -> str:
    """Its address: a pod's, of which only the network is used. Ours are in pods too, and behind policies besides."""
    home = unlimited(f"{program.stem}-{number}")
    rig.cluster.objects.apply(pod(home, answering()))
    (found,) = wait_for(home.name, lambda: rig.cluster.pods(namespace(home.name), ""))
    instance = made(program, home.name, around)
    for file, content in instance.files.items():
        (around.folder / file).write_text(json.dumps(content))
    around.start_in(rig.cluster.entering(found["metadata"]["name"]), home.name, instance.command)
    return str(found["status"]["podIP"])


def _gateway(name: str, places: Mapping[str, tuple[list[str], Mapping[str, str]]]) -> Gateway:
    ways = {
        path: (Way(name=name, url=first, headers=headers), Way(name=name, url=second, headers=headers))
        for path, ((first, second), headers) in places.items()
    }
    return Gateway(name=name, ways=ways)


def _print(
    gateways: list[Gateway], results: Mapping[tuple[str, str], Result], counted: Mapping[str, tuple[int, int]]
) -> None:
    print("\n## The gateway and its peers\n")
    print("| gateway | way | requests/s | p50 | p99 | CPU of a request |\n| --- | --- | --- | --- | --- | --- |")
    for path, said in WAYS.items():
        for gateway in gateways:
            result = results[gateway.name, path]
            speed = result.speed
            print(
                f"| {gateway.name} | {said} | {speed.a_second:,.0f} | {speed.p50:.2f} ms | {speed.p99:.2f} ms "
                f"| {result.cpu_us:,.0f} us |"
            )
    print(f"\n| let through of {BURST} at once, where {FEW_PER_MINUTE} a minute are allowed | then | {PAUSE} s later |")
    print("| --- | --- | --- |")
    for name, (first, second) in counted.items():
        print(f"| {name} | {first} | {second} |", flush=True)


if __name__ == "__main__":
    print_peers()
