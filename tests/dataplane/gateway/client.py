"""A client of the gateway, as the load balancer is one: TLS to an Envoy, the viewer's address in X-Forwarded-For."""

import base64
import json
import os
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from planning.gateway.gateway import CONTAINER_PORT, NAMESPACE, SERVICE
from rehearsal.live.network.switchboard import Network

SECONDS = 45
CDN = "130.176.0.1"
"""What the load balancer appends: who asked it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Of one request; headers by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        """What the gateway itself says, which is JSON of a known form."""
        assert self.headers["content-type"] == "application/json", (self.status, self.headers, self.body)
        return self.json["error"]


class Client:
    """Asks any Envoy. network: where it stands; authority: whom it trusts; site: the host that is asked for."""

    def __init__(self, network: Network, authority: Path, site: str) -> None:
        self._network, self._authority, self._site = network, authority, site

    def send(
        self,
        address: str,
        path: str,
        *,
        method: str = "GET",
        viewer: str = "198.51.100.1",
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
        connection: HTTPConnection | None = None,
    ) -> Answer:
        """One request. connection: one that connect() opened; without, one is opened and closed."""
        used = connection or self.connect(address)
        sent = {"host": self._site, "x-forwarded-for": f"{viewer}, {CDN}", **(headers or {})}
        try:
            with suppress(OSError):  # who is refused while it still sends has an answer nevertheless
                used.request(method, path, body=body, headers=sent)
            answer = used.getresponse()
            content = answer.read()
        finally:
            if connection is None:
                used.close()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(status=answer.status, headers=found, body=content)

    def connect(self, address: str) -> HTTPConnection:
        """A connection that is kept."""
        connection = HTTPConnection(address, timeout=SECONDS)
        connection.sock = self.open(address)
        connection.auto_open = 0
        return connection

    def open(
        self, address: str, protocols: tuple[str, ...] = ("http/1.1",), newest: ssl.TLSVersion | None = None
    ) -> ssl.SSLSocket:
        """TLS and nothing on it yet. newest: version that is offered."""
        context = ssl.create_default_context(cafile=str(self._authority))
        if newest:
            context.minimum_version = context.maximum_version = newest
        context.set_alpn_protocols(list(protocols))
        found = self._network.connect((address, CONTAINER_PORT))
        found.settimeout(SECONDS)
        return context.wrap_socket(found, server_hostname=f"{SERVICE}.{NAMESPACE}.svc.cluster.local")

    def websocket(self, address: str, path: str, headers: Mapping[str, str]) -> "WebSocket":
        """Opened, or refused: then it has no connection, and its answer says why."""
        found = self.open(address)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = {"host": self._site, "x-forwarded-for": f"198.51.100.1, {CDN}", "upgrade": "websocket"}
        lines |= {"connection": "Upgrade", "sec-websocket-version": "13", "sec-websocket-key": key, **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        found.sendall(f"GET {path} HTTP/1.1\r\n{text}\r\n".encode())
        return WebSocket(found)

    def stream(self, address: str, path: str, headers: Mapping[str, str], method: str = "GET") -> ssl.SSLSocket:
        """A request without a body whose answer is read as it comes, head first."""
        found = self.open(address)
        lines = {"host": self._site, "x-forwarded-for": f"198.51.100.1, {CDN}", **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        found.sendall(f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode())
        return found


def connection_in(network: Network, address: str, port: int) -> HTTPConnection:
    """Plain HTTP, from a network that this process is not in."""
    connection = HTTPConnection(address, port)
    connection.sock = network.connect((address, port))
    connection.sock.settimeout(SECONDS)
    connection.auto_open = 0
    return connection


class WebSocket:
    """Texts of at most 125 bytes. status: 101 where it was opened."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb")
        self.status = int(self._reader.readline().split()[1])
        while self._reader.readline().strip():
            pass

    def echo(self, text: str) -> str:
        """What comes back. Raises OSError where the connection is gone."""
        sent = text.encode()
        self._connection.sendall(bytes([0x81, 0x80 | len(sent), 0, 0, 0, 0]) + sent)
        head = self._reader.read(2)
        if len(head) < 2:  # bytes of a frame's head
            raise ConnectionResetError("the WebSocket was closed")
        return self._reader.read(head[1]).decode()

    def close(self) -> None:
        """Without a word."""
        self._connection.close()
