"""The derived authority and the certificates that it signs."""

import ssl
import threading
from pathlib import Path
from socket import create_connection, create_server

import pytest
from cryptography import x509

from planning.shared.internal_ca import authority, server_certificate

ROOT = "r" * 44
NAMES = ("localhost", "pooler-0.naap-pooler.svc.cluster.local")


def test_the_same_root_gives_the_same_bytes() -> None:
    assert authority(ROOT) == authority(ROOT)
    assert server_certificate(ROOT, owner="pooler-0", names=NAMES) == server_certificate(
        ROOT, owner="pooler-0", names=NAMES
    )


def test_another_root_owner_or_generation_gives_another_key() -> None:
    keys = {
        server_certificate(root, owner=owner, names=NAMES, generation=generation).key_pem
        for root in (ROOT, "s" * 44)
        for owner in ("pooler-0", "pooler-1")
        for generation in (1, 2)
    }
    assert len(keys) == 8


def test_the_authority_signs_and_the_server_can_not() -> None:
    ca = x509.load_pem_x509_certificate(authority(ROOT).certificate_pem.encode())
    server = x509.load_pem_x509_certificate(
        server_certificate(ROOT, owner="pooler-0", names=NAMES).certificate_pem.encode()
    )
    server.verify_directly_issued_by(ca)
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize(("root", "trusted"), [(ROOT, True), ("s" * 44, False)])
def test_a_client_that_checks_everything_trusts_only_its_own_authority(
    root: str, *, trusted: bool, tmp_path: Path
) -> None:
    found = server_certificate(ROOT, owner="pooler-0", names=NAMES)
    (tmp_path / "cert.pem").write_text(found.certificate_pem)
    (tmp_path / "key.pem").write_text(found.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    client = ssl.create_default_context(cadata=authority(root).certificate_pem)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except (ssl.SSLError, OSError):
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with create_connection(listener.getsockname(), timeout=5) as raw:
                if trusted:
                    client.wrap_socket(raw, server_hostname="localhost").close()
                else:
                    with pytest.raises(ssl.SSLCertVerificationError):
                        client.wrap_socket(raw, server_hostname="localhost")
        finally:
            thread.join(timeout=5)
