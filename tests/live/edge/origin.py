"""A target that tests stand behind the edge: HTTPS on loopback, by h11, in the same loop as the edge."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import h11

from planning.shared.internal_ca import server_certificate
from rehearsal.live.edge.wire import Wire, joined, read_headers
from tests.planning.samples import ROOT_SECRET

PIECES = ("one", "two", "three")
PAUSE_SECONDS = 0.3


def context(folder: Path, *names: str) -> ssl.SSLContext:
    """Of a server with a certificate of the platform's own authority."""
    made = server_certificate(ROOT_SECRET, owner="edge-test", names=names)
    certificate, key = folder / "server.pem", folder / "server.key"
    certificate.write_text(made.certificate_pem)
    key.write_text(made.key_pem)
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(certificate, key)
    return found


@asynccontextmanager
async def running(tls: ssl.SSLContext) -> AsyncGenerator[str]:
    """Address and port, until the block ends."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    wire = Wire(h11.SERVER, (reader, writer))
    with suppress(h11.ProtocolError, OSError):
        event = await wire.receive()
        if isinstance(event, h11.Request):
            await _answer(wire, event)
    wire.close()


async def _answer(wire: Wire, asked: h11.Request) -> None:
    path, headers = asked.target.decode(), joined(read_headers(asked))
    if path == "/api/v1/refused":
        await _send(wire, 413, [b"too large"], [(b"connection", b"close")])
    elif path == "/api/v1/stream":
        await wire.send(h11.Response(status_code=200, headers=[("content-type", "text/event-stream")]))
        for piece in PIECES:
            await wire.send(h11.Data(data=piece.encode()))
            await asyncio.sleep(PAUSE_SECONDS)
        await wire.send(h11.EndOfMessage())
    elif path == "/api/v1/cut":
        await wire.send(h11.Response(status_code=200, headers=[("content-length", "10")]))
        await wire.send(h11.Data(data=b"half"))
    elif headers.get("upgrade") == "websocket":
        while not isinstance(await wire.receive(), h11.EndOfMessage):
            pass
        switched = [("upgrade", "websocket"), ("connection", "Upgrade"), ("sec-websocket-accept", "yes")]
        await wire.send(h11.InformationalResponse(status_code=101, headers=switched))
        while data := await wire.reader.read(100):
            wire.writer.write(data.upper())
            await wire.writer.drain()
    else:
        size = 0
        while not isinstance(event := await wire.receive(), h11.EndOfMessage):
            size += len(event.data)
        told = {"method": asked.method.decode(), "target": path, "headers": headers, "size": size}
        cookies = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        await _send(wire, 200, [json.dumps(told).encode()], cookies)


async def _send(wire: Wire, status: int, pieces: list[bytes], headers: list[tuple[bytes, bytes]]) -> None:
    length = str(sum(map(len, pieces))).encode()
    await wire.send(h11.Response(status_code=status, headers=[(b"content-length", length), *headers]))
    for piece in pieces:
        await wire.send(h11.Data(data=piece))
    await wire.send(h11.EndOfMessage())
