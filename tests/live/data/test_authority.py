"""Certificates of what is served in AWS's place, and of the API server, as strict clients check them."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from rehearsal.control_plane.pki import Pki
from rehearsal.live.data.apis.http_servers import tls
from rehearsal.live.data.authority import Authorities, Certificate


def answers(server: ssl.SSLContext, ca: Path, name: str) -> None:
    """A handshake, as Python's own clients do it from 3.13 on. Raises ssl.SSLError."""
    client = ssl.create_default_context(cafile=str(ca))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    near, far = socket.socketpair()

    def serve() -> None:
        with far:
            try:
                server.wrap_socket(far, server_side=True).close()
            except OSError:
                return  # the client has said why

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with near:
            client.wrap_socket(near, server_hostname=name).close()
    finally:
        thread.join(10)


def test_a_strict_client_trusts_who_the_authority_has_signed_and_by_its_name_alone(tmp_path: Path) -> None:
    authorities = Authorities(tmp_path)
    own = authorities.of("Amazon Root CA")
    certificate = own.server(["*.s3.us-east-1.amazonaws.com"])
    answers(tls(certificate), own.file, "bucket.s3.us-east-1.amazonaws.com")

    for ca, name in (
        (own.file, "s3.us-west-2.amazonaws.com"),
        (authorities.of("Another").file, "b.s3.us-east-1.amazonaws.com"),
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            answers(tls(certificate), ca, name)


def test_authorities_are_kept(tmp_path: Path) -> None:
    first = Authorities(tmp_path).of("Amazon Root CA").certificate
    assert Authorities(tmp_path).of("Amazon Root CA").certificate == first
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("*.key")} == {0}


def test_a_strict_client_in_a_pod_trusts_the_api_server(tmp_path: Path) -> None:
    pki = Pki(tmp_path, "172.20.0.1")
    pki.make()
    served = Certificate(chain=pki.server.certificate.read_text(), key=pki.server.key.read_text())
    answers(tls(served), pki.authority.certificate, "kubernetes")
