"""What stands in for plugins, and for base-svc's check of sessions: `backend.py NAME PORT`, the standard library only.

/echo...         what arrived, as JSON           /hang      no answer
/status/503      that status                     /garbage   bytes that are no HTTP
/slow?s=2        an answer after a while         /events    server-sent events, half a second apart
/reset           the connection is cut           ?told      written into the pod's log
Upgrade          a WebSocket that echoes

/api/v1/auth/session is the check: a cookie session=good-NAME; beside it cut=X cuts the first connection that has it.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NAME, PORT = sys.argv[1], int(sys.argv[2])
_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE, _SHORT, _MEDIUM = 8, 126, 127
_cut = set[str]()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002  # the base class's
        return

    def answer(self) -> None:
        path = urlsplit(self.path)
        if path.query.startswith("told"):
            print(self.command, self.path, flush=True)  # noqa: T201  # a pod's log
        if path.path == "/api/v1/auth/session":
            self._session()
        elif self.headers.get("upgrade", "").lower() == "websocket":
            self._websocket()
        elif path.path.endswith("/garbage"):
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            self.close_connection = True
        elif path.path.endswith("/reset"):
            self._reset()
        elif path.path.endswith("/events"):
            self._events()
        else:
            size = len(self._body())
            wait = parse_qs(path.query).get("s", ["0"])[0]
            time.sleep(3600 if path.path.endswith("/hang") else float(wait))
            status = int(path.path.rpartition("/")[2]) if "/status/" in path.path else 200
            self._say(status, {"name": NAME, "pod": os.environ["HOSTNAME"], "path": self.path, "size": size})

    def _say(self, status: int, content: dict[str, object], **headers: str) -> None:
        sent = {name.lower(): value for name, value in self.headers.items()}
        text = json.dumps({**content, "method": self.command, "headers": sent}).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _session(self) -> None:
        self._body()
        found = [part.strip() for part in self.headers.get("cookie", "").split(";")]
        if unseen := {part for part in found if part.startswith("cut=")} - _cut:
            _cut.update(unseen)
            self._reset()
            return
        users = [part.removeprefix("session=good-") for part in found if part.startswith("session=good-")]
        if users:
            self._say(200, {}, **{"x-user-id": users[0], "x-internal": "never for plugins"})
        else:
            self._say(401, {}, **{"www-authenticate": 'Session realm="naap"'})

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _events(self) -> None:
        self._body()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number in range(100):
            event = f"data: {number}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            time.sleep(0.5)

    def _websocket(self) -> None:
        accept = base64.b64encode(hashlib.sha1(f"{self.headers['sec-websocket-key']}{_KEY}".encode()).digest())  # noqa: S324  # the protocol's
        self.send_response(101)
        answer = {"upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": accept.decode()}
        for name, value in answer.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        while len(head := self.rfile.read(2)) == 2:  # bytes of a frame's head
            size = head[1] & _MEDIUM
            if size == _SHORT:
                size = int.from_bytes(self.rfile.read(2), "big")
            mask = self.rfile.read(4)
            text = bytes(byte ^ mask[index % 4] for index, byte in enumerate(self.rfile.read(size)))
            if head[0] & 0xF == _CLOSE:
                return
            self.wfile.write(bytes([0x80 | head[0] & 0xF, len(text)]) + text)


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(Handler, f"do_{_method}", Handler.answer)


class Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


if __name__ == "__main__":
    Server(("0.0.0.0", PORT), Handler).serve_forever()  # noqa: S104  # of its pod
