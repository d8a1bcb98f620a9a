"""One request on its way to an origin, and the answer's way back, in pieces as they come."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11

from rehearsal.live.edge.cloudfront import response_headers
from rehearsal.live.edge.cloudfront.distribution import Forward
from rehearsal.live.edge.cloudfront.forwarding import VIA
from rehearsal.live.edge.messages import Request
from rehearsal.live.edge.site_name import SiteName
from rehearsal.live.edge.wire import Wire, read_headers, tunnel, written

STREAM_SECONDS = 600
"""Of silence on a WebSocket, after which CloudFront ends it (developer guide, "Use WebSockets")."""

_HOP = frozenset(("connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "upgrade"))


class OriginError(Exception):
    """What an origin did wrong, and what a viewer is told of it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A viewer's request and its answer. identity: of the request; name: by which the viewer calls the site."""

    viewer: Wire
    forward: Forward
    identity: str
    name: SiteName | None

    async def relay(self, request: Request, far: Wire, *, last: bool) -> bool:
        """Sends the request and its body there, and the answer back. False: the next origin is to be asked."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        kept = {name: value for name, value in request.headers.items() if name not in _HOP}
        kept |= {"connection": "Upgrade", "upgrade": "websocket"} if request.upgrades else {}
        try:
            await far.send(
                h11.Request(method=request.method, target=target.encode("latin-1"), headers=written(kept.items()))
            )
            body = asyncio.create_task(self._body(far))
            try:
                return await self._back(far, body, last=last)
            finally:
                body.cancel()
                with suppress(asyncio.CancelledError, OSError, h11.ProtocolError, TimeoutError):
                    await body
        except (h11.RemoteProtocolError, OSError, TimeoutError) as error:
            if self.viewer.state.our_state is not h11.SEND_RESPONSE:
                raise  # half of an answer is out: the viewer learns by the connection's end
            status = 504 if isinstance(error, TimeoutError) else 502
            raise OriginError(status, f"the origin {self.forward.origins[0].identity} failed: {error!r}") from error
        finally:
            far.close()

    async def _body(self, far: Wire) -> None:
        """Of the request, as the viewer sends it; a second origin is asked only for what has none."""
        while self.viewer.state.their_state is h11.SEND_BODY:
            event = await self.viewer.receive()
            if isinstance(event, h11.Data):
                await far.send(h11.Data(data=event.data))
            elif not isinstance(event, h11.EndOfMessage):
                return
        await far.send(h11.EndOfMessage())

    async def _back(self, far: Wire, body: asyncio.Task[None], *, last: bool) -> bool:
        while True:
            event: Any = await far.receive()
            if isinstance(event, h11.Response):
                if event.status_code in self.forward.failover and not last:
                    return False
                await self.viewer.send(
                    h11.Response(status_code=event.status_code, headers=written(self._headers(event)))
                )
            elif isinstance(event, h11.Data):
                await self.viewer.send(h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                await self.viewer.send(h11.EndOfMessage())
                return True
            elif isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                await body
                headers = [*self._headers(event), ("connection", "Upgrade"), ("upgrade", "websocket")]
                await self.viewer.send(h11.InformationalResponse(status_code=101, headers=written(headers)))
                await tunnel(self.viewer, far, silence=STREAM_SECONDS)
                return True
            elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                raise OSError("it ended without an answer")

    def _headers(self, event: h11.Response | h11.InformationalResponse) -> list[tuple[str, str]]:
        sent = [(name, value) for name, value in read_headers(event) if name not in (*_HOP, "transfer-encoding")]
        policy = response_headers.added(self.forward.policy, dict(sent))
        own = {"via": VIA, "x-cache": "Miss from cloudfront", "x-amz-cf-id": self.identity}
        replaced = {**policy, **own}
        found = [(name, value) for name, value in sent if name not in replaced] + list(replaced.items())
        return self.name.outward(found) if self.name else found
