"""WSGI applications behind sockets, by werkzeug's server, as moto's own."""

import socket
import ssl
import tempfile
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from rehearsal.live.data.apis.apis import Application
from rehearsal.live.data.authority import Certificate


def serve(application: Application, address: str, port: int, certificate: Certificate | None = None) -> int:
    """Serves from a thread of its own, for good. Gives the port. certificate: None: without TLS."""
    handler: Any = import_module("moto.moto_server.werkzeug_app").MotoRequestHandler
    # Errors only: requests carry signatures.
    quiet = type("Quiet", (handler,), {"log_request": _silent})
    listening = socket.create_server((address, port), backlog=256)
    server: Any = import_module("werkzeug.serving").make_server(
        address,
        port,
        application,
        threaded=True,
        request_handler=quiet,
        fd=listening.fileno(),
        ssl_context=tls(certificate) if certificate else None,
    )
    listening.detach()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.port)


def _silent(*_request: object) -> None:
    """Keeps nothing of a request."""


def tls(certificate: Certificate) -> ssl.SSLContext:
    """TLS 1.2 and later, as AWS's APIs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory(prefix="naap-tls-") as folder:  # readable for its owner only
        chain, key = Path(folder, "chain"), Path(folder, "key")
        chain.write_text(certificate.chain)
        key.write_text(certificate.key)
        context.load_cert_chain(chain, key)
    return context
