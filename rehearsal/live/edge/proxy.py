"""The edge's work on connections: a viewer's requests to origins, and their answers back, in pieces as they come."""

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace

import h11

from rehearsal import RehearsalError
from rehearsal.live.edge.cloudfront.distribution import Distribution, Origin, Refusal
from rehearsal.live.edge.cloudfront.forwarding import VIA
from rehearsal.live.edge.exchange import Exchange, OriginError
from rehearsal.live.edge.load_balancer import Targets, new_trace, to_target
from rehearsal.live.edge.messages import Request
from rehearsal.live.edge.site_name import site_name
from rehearsal.live.edge.wire import UNVERIFIED, Wire, joined, read_headers, written


@dataclass(frozen=True, kw_only=True)
class Store:
    """Where files of buckets are had, without TLS. headers: what tells it that CloudFront asks, and for whom."""

    address: str
    port: int
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the proxy serves. balancers: targets by ARN of a load balancer; store: of buckets, None where there is none;
    address: of the edge, as balancers see it."""

    distribution: Distribution
    domain: str
    port: int
    address: str
    balancers: Mapping[str, Targets]
    store: Store | None


class Proxy:
    """All connections of viewers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One viewer's connection, to its end."""
        viewer = Wire(h11.SERVER, (reader, writer), silence=None)
        address = str(writer.get_extra_info("peername")[0])
        try:
            while isinstance(event := await viewer.receive(), h11.Request):
                await self._answer(viewer, event, address)
                if viewer.state.our_state is not h11.DONE or viewer.state.their_state is not h11.DONE:
                    break
                viewer.state.start_next_cycle()
        except (h11.ProtocolError, OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the viewer went, or an origin did in the middle of an answer: its connection ends with it
        finally:
            viewer.close()

    async def _answer(self, viewer: Wire, event: h11.Request, address: str) -> None:
        identity = secrets.token_urlsafe(42)
        path, _, query = event.target.decode("latin-1").partition("?")
        headers = joined(read_headers(event))
        request = Request(method=event.method.decode(), path=path, query=query, headers=headers)
        name = site_name(request, self._site.domain, self._site.port)
        if name is not None:
            request = replace(request, headers=name.inward(headers))
        try:
            decided = self._site.distribution.decide(request, viewer=address, identity=identity)
        except RehearsalError as error:
            decided = Refusal(status=503, reason=str(error))
        if isinstance(decided, Refusal):
            await _refuse(viewer, decided, identity)
            return
        exchange = Exchange(viewer=viewer, forward=decided, identity=identity, name=name)
        for number, origin in enumerate(decided.origins):
            last = number == len(decided.origins) - 1
            try:
                if await self._ask(origin, exchange, last=last):
                    return
            except OriginError as error:
                if last:
                    await _refuse(viewer, Refusal(status=error.status, reason=str(error)), identity)

    async def _ask(self, origin: Origin, exchange: Exchange, *, last: bool) -> bool:
        """Whether the viewer has its answer; not where the next origin is to be asked."""
        if origin.load_balancer is None:
            store = self._site.store
            if store is None:
                raise OriginError(502, f"nothing here serves the bucket {origin.domain}")
            # Of a second bucket the name is another one.
            asked = exchange.forward.request
            request = replace(asked, headers={**asked.headers, "host": origin.domain, **store.headers})
            far = await _connected(store.address, store.port, None, origin)
            return await exchange.relay(request, far, last=last)
        targets = self._site.balancers[origin.load_balancer]
        address = targets.take()
        if address is None:
            raise OriginError(503, "the load balancer's target group has no target")
        try:
            request = to_target(exchange.forward.request, targets.group, client=self._site.address, trace=new_trace())
            host, _, port = address.rpartition(":")
            far = await _connected(host, int(port), UNVERIFIED, origin)
            return await exchange.relay(request, far, last=last)
        finally:
            targets.give_back(address)


async def _connected(address: str, port: int, tls: ssl.SSLContext | None, origin: Origin) -> Wire:
    """As often as the origin's settings say."""
    said: Exception | None = None
    for _ in range(origin.attempts):
        try:
            async with asyncio.timeout(origin.connect_seconds):
                ends = await asyncio.open_connection(address, port, ssl=tls)
            return Wire(h11.CLIENT, ends, silence=origin.read_seconds)
        except (OSError, TimeoutError) as error:
            said = error
    status = 504 if isinstance(said, TimeoutError) else 502
    raise OriginError(status, f"{address}:{port} takes no connection ({said or 'time is up'})") from said


async def _refuse(viewer: Wire, refusal: Refusal, identity: str) -> None:
    """The edge's own answer; the connection ends after it, as a body may be under way."""
    text = f"{refusal.status}: {refusal.reason}\n".encode()
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(text)),
        "connection": "close",
        "server": "rehearsal (plays CloudFront)",
        "via": VIA,
        "x-cache": "Error from cloudfront",
        "x-amz-cf-id": identity,
    }
    await viewer.send(h11.Response(status_code=refusal.status, headers=written(headers.items())))
    await viewer.send(h11.Data(data=text))
    await viewer.send(h11.EndOfMessage())
