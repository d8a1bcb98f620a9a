"""The edge's process: listens on loopback, and asks origins from inside of the nodes' network."""

import asyncio
import ctypes
import json
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.control_plane.pki import write_private
from rehearsal.live.edge import health_checks, registration
from rehearsal.live.edge.cloudfront.distribution import Distribution
from rehearsal.live.edge.cloudfront.functions import Functions
from rehearsal.live.edge.load_balancer import Targets, target_group
from rehearsal.live.edge.proxy import Proxy, Site, Store

_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one edge. port: on loopback; network: file of the nodes' network namespace, None for this machine's own;
    address: of the edge in it; resources: the stack's, by type, inputs and outputs; node: the program.

    certificate, key, authority: PEM files of the site's, and of who signed it. clusters: endpoint, authority (a file)
    and token of each. store: address and port of what serves buckets; None: nothing does.
    """

    port: int
    domain: str
    certificate: str
    key: str
    authority: str
    node: str
    network: str | None
    address: str
    resources: list[dict[str, Any]]
    clusters: list[dict[str, str]]
    store: tuple[str, int] | None

    def write(self, file: Path) -> None:
        """It holds tokens: only its owner may read it."""
        write_private(file, json.dumps(asdict(self)).encode())


@dataclass(frozen=True, kw_only=True)
class StackResource:
    """A resource of the stack's state."""

    type: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


def main(file: str) -> None:
    """The program. file: of the settings."""
    asyncio.run(_run(Settings(**json.loads(Path(file).read_text()))))


async def _run(settings: Settings) -> None:
    # Bound out here, and not listening before all else is well: a connection says that the edge has started.
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", settings.port))
    resources = [StackResource(**one) for one in settings.resources]
    with Functions(Path(settings.node)) as functions:
        distribution = Distribution(resources, functions)
        arns = [origin.load_balancer for origin in distribution.origins if origin.load_balancer]
        balancers = {arn: Targets(target_group(arn, resources)) for arn in arns}
        proxy = Proxy(_site(settings, distribution, balancers))
        _register(settings, list(balancers.values()))
        if settings.network is not None:
            # Of this thread alone: the one that asks the API server stays outside.
            _enter(Path(settings.network))
        checks = [asyncio.create_task(health_checks.check(targets)) for targets in balancers.values()]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(settings.certificate, settings.key)
        context.set_alpn_protocols(["http/1.1"])
        server = await asyncio.start_server(proxy.serve, sock=bound, ssl=context, backlog=256)
        await asyncio.gather(server.serve_forever(), *checks)


def _site(settings: Settings, distribution: Distribution, balancers: Mapping[str, Targets]) -> Site:
    return Site(
        distribution=distribution,
        domain=settings.domain,
        port=settings.port,
        address=settings.address,
        balancers=balancers,
        store=None
        if settings.store is None
        else Store(
            address=settings.store[0],
            port=settings.store[1],
            headers={"x-played-service": "cloudfront.amazonaws.com", "x-played-source-arn": distribution.arn},
        ),
    )


def _register(settings: Settings, groups: list[Targets]) -> None:
    by_arn, loop = {targets.group.arn: targets for targets in groups}, asyncio.get_running_loop()
    clusters = [KubeApi(one["endpoint"], Path(one["authority"]), one["token"]) for one in settings.clusters]

    def told(arn: str, found: set[str]) -> None:
        loop.call_soon_threadsafe(by_arn[arn].register, found)

    registration.watch(clusters, list(by_arn), told)


def _enter(network: Path) -> None:
    """Makes all connections of this thread begin in there. Raises RehearsalError where it may not."""
    descriptor = os.open(network, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
            raise RehearsalError(f"the nodes' network can't be entered: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(descriptor)
