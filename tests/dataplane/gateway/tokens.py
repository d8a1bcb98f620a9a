"""Tokens that tests play: those of base-svc's sessions, and JWTs of an issuer, with a server that counts who asks for
its keys."""

import base64
import hashlib
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from planning.inputs.settings import Settings
from planning.shared.internal_ca import server_certificate
from rehearsal.live.network.switchboard import Network
from tests.planning.samples import ROOT_SECRET

FORGED = "0123456789abcdef" * 4
"""A token as there are, and nobody's."""


def session(user: str) -> str:
    """A token as the stand-in of base-svc takes it for this user, of at most 16 letters."""
    name = user.encode().ljust(16, b"\0").hex()
    return name + hashlib.sha256(name.encode()).hexdigest()[:32]


def cookie(user: str) -> dict[str, str]:
    """The header of a browser in which this user is signed in."""
    return {"cookie": f"other=1; naap_auth_token={session(user)}; last=2"}


class Issuer:
    """Signs tokens for a stack's settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked = 0

    def token(self, user: str | None = "alice", *, foreign: bool = False, alg: str = "RS256", **claims: Any) -> str:
        """For this user; claims replace or, as None, leave out. foreign: signed by another key under the same name."""
        stated = {
            "iss": self._settings.jwt_issuer,
            "aud": self._settings.jwt_audience,
            "sub": user,
            "exp": int(time.time()) + 600,
            **claims,
        }
        head = _part({"alg": alg, "kid": "first", "typ": "JWT"})
        signed = f"{head}.{_part({name: value for name, value in stated.items() if value is not None})}"
        if alg == "none":
            return f"{signed}."
        key = self._foreign if foreign else self._key
        return f"{signed}.{_text(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def serve(self, network: Network, address: str, folder: Path) -> ThreadingHTTPServer:
        """Publishes the keys at the settings' address of them, from now on. address: in that network."""
        issuer = self
        public = self._key.public_key().public_numbers()
        size = (public.n.bit_length() + 7) // 8
        key = {"kty": "RSA", "kid": "first", "alg": "RS256", "use": "sig"}
        key |= {"n": _text(public.n.to_bytes(size, "big")), "e": _text(public.e.to_bytes(3, "big"))}
        keys = json.dumps({"keys": [key]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                self.send_response(200)
                self.send_header("content-length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002  # the base class's
                return

        assert self._settings.jwks_uri
        host = self._settings.jwks_uri.split("/")[2]
        pair = server_certificate(ROOT_SECRET, owner="test-issuer", names=(host,))
        (folder / "issuer.crt").write_text(pair.certificate_pem)
        (folder / "issuer.key").write_text(pair.key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "issuer.crt", folder / "issuer.key")
        listening = network.do(lambda: socket.create_server((address, 443)))
        server = ThreadingHTTPServer(listening.getsockname(), Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = context.wrap_socket(listening, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


def _part(content: dict[str, Any]) -> str:
    return _text(json.dumps(content).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
