"""HTTP/1.1 over a connection: h11's events, read and written without more of a body in memory than a piece."""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import h11

PIECE = 65_536
_HEAD = 65_536
"""Bytes of a head at most."""


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


UNVERIFIED = _unverified()
"""A load balancer doesn't compare a target's certificate with anything."""


class Wire:
    """One end of a connection. silence: seconds without a byte after which receive() gives up with TimeoutError."""

    def __init__(
        self,
        role: type[h11.CLIENT] | type[h11.SERVER],
        ends: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        *,
        silence: float | None = None,
    ) -> None:
        self.state = h11.Connection(role, max_incomplete_event_size=_HEAD)
        self.reader, self.writer = ends
        self._silence = silence

    async def receive(self) -> Any:
        """The next event. Raises h11.RemoteProtocolError, OSError and TimeoutError."""
        while (event := self.state.next_event()) is h11.NEED_DATA:
            if self.state.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(self._silence):
                self.state.receive_data(await self.reader.read(PIECE))
        return event

    async def send(self, event: h11.Event) -> None:
        """Sends an event; waits while the other side takes nothing."""
        data = self.state.send(event)
        if data:
            self.writer.write(data)
            await self.writer.drain()

    def close(self) -> None:
        """At once, whatever is under way."""
        self.writer.close()


def read_headers(event: h11.Request | h11.Response | h11.InformationalResponse) -> list[tuple[str, str]]:
    """As texts, names in lower case."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Repeated ones in one, as the standard has it."""
    found: dict[str, str] = {}
    for name, value in headers:
        glue = "; " if name == "cookie" else ", "
        found[name] = f"{found[name]}{glue}{value}" if name in found else value
    return found


def written(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """For an event."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def tunnel(near: Wire, far: Wire, *, silence: float) -> None:
    """Carries bytes both ways, after both have switched to another protocol, until one ends or both are silent."""
    loop = asyncio.get_running_loop()
    last = loop.time()

    async def carry(source: Wire, target: Wire) -> None:
        nonlocal last
        rest, _ = source.state.trailing_data
        while True:
            if rest:
                last = loop.time()
                target.writer.write(rest)
                await target.writer.drain()
            rest = await source.reader.read(PIECE)
            if not rest:
                return

    ways = [asyncio.create_task(carry(near, far)), asyncio.create_task(carry(far, near))]
    try:
        while (left := last + silence - loop.time()) > 0:
            done, _ = await asyncio.wait(ways, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
