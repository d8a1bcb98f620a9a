"""One HTTPS server that answers for every host: the browser is told that all of them are here."""

import base64
import hashlib
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from planning.shared.internal_ca import server_certificate
from tests.browser.edge import Answer, Request
from tests.planning.samples import ROOT_SECRET

_ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455: what a server adds to a WebSocket's key before it hashes it."""

Host = Callable[[Request], Answer]


class Hosts:
    """hosts: who answers, by name; every other one answers 200 with nothing. asked: (host, request), in order."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.hosts = hosts
        self.asked: list[tuple[str, Request]] = []
        self.port = 0

    def answer(self, host: str, request: Request) -> Answer:
        """Notes the request and passes it on."""
        self.asked.append((host, request))
        return self.hosts.get(host, lambda _: Answer())(request)

    def sent(self, host: str, method: str) -> list[Request]:
        """Requests of one method to one host."""
        return [request for name, request in self.asked if name == host and request.method == method]


@contextmanager
def serving(hosts: Hosts, scratch: Path) -> Generator[Hosts]:
    """Until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hosts))
    server.socket = _context(scratch).wrap_socket(server.socket, server_side=True)
    hosts.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hosts
    finally:
        server.shutdown()
        server.server_close()


def _context(scratch: Path) -> ssl.SSLContext:
    """Any certificate: the browser is told to check none."""
    made = server_certificate(ROOT_SECRET, owner="browser", names=["naap.example"])
    certificate, key = scratch / "server.pem", scratch / "server.key"
    certificate.write_text(made.certificate_pem)
    key.write_text(made.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _handler(hosts: Hosts) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            request = Request(
                method=self.command,
                path=self.path.partition("?")[0],
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            found = hosts.answer(self.headers["host"].partition(":")[0], request)
            if "sec-websocket-key" in request.headers:
                self._accept(request.headers["sec-websocket-key"])
                return
            body = found.body.encode()
            self.send_response(found.status)
            for name, value in {"content-type": found.kind, **found.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _accept(self, key: str) -> None:
            digest = hashlib.sha1(f"{key}{_ACCEPT}".encode(), usedforsecurity=False).digest()
            self.send_response(101)
            self.send_header("upgrade", "websocket")
            self.send_header("connection", "upgrade")
            self.send_header("sec-websocket-accept", base64.b64encode(digest).decode())
            self.end_headers()
            self.close_connection = True

        do_GET = do_POST = do_PUT = do_OPTIONS = do_HEAD = _answer  # noqa: N815  # the library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
            """Nothing is said: what was asked is in `asked`."""

    return Handler
