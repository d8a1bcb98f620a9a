"""`kubectl exec`, by the API server's own protocol: a WebSocket whose first byte of each message names a stream."""

import base64
import json
import os
import socket
import ssl
import struct
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rehearsal.control_plane.control_plane import Access

_STDOUT, _STDERR, _STATUS = 1, 2, 3
_CLOSE = 8
_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command in a container said. code: its exit code."""

    output: str
    error: str
    code: int


def run_in(access: Access, namespace: str, pod: str, *command: str, container: str = "") -> Done:
    """Raises AssertionError where the API server refuses."""
    words = "".join(f"&command={quote(word, safe='')}" for word in command)
    chosen = f"&container={container}" if container else ""
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec?stdout=true&stderr=true{chosen}{words}"
    host, _, port = access.endpoint.removeprefix("https://").partition(":")
    trust = ssl.create_default_context(cafile=str(access.authority))
    with (
        socket.create_connection((host, int(port)), timeout=_SECONDS) as plain,
        trust.wrap_socket(plain, server_hostname=host) as made,
    ):
        key = base64.b64encode(os.urandom(16)).decode()
        made.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {access.token}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n".encode()
        )
        reader = made.makefile("rb")
        first = reader.readline()
        while reader.readline().strip():
            pass
        assert b" 101 " in first, first + reader.read(500)
        said = {_STDOUT: b"", _STDERR: b"", _STATUS: b""}
        while (head := reader.read(2)) and head[0] & 0x0F != _CLOSE:
            length = head[1] & 0x7F
            if length == 126:  # the length follows, in 2 bytes
                (length,) = struct.unpack(">H", reader.read(2))
            elif length == 127:  # in 8
                (length,) = struct.unpack(">Q", reader.read(8))
            content = reader.read(length)
            if content and content[0] in said:
                said[content[0]] += content[1:]
    return Done(output=said[_STDOUT].decode(), error=said[_STDERR].decode(), code=_code(said[_STATUS]))


def _code(status: bytes) -> int:
    told = json.loads(status or b"{}")
    if told.get("status") == "Success":
        return 0
    details: dict[str, Any] = told.get("details") or {}
    causes: list[dict[str, Any]] = details.get("causes") or []
    return next((int(cause["message"]) for cause in causes if cause["reason"] == "ExitCode"), -1)
