"""Authorities that sign certificates of the names that AWS serves here: databases, caches, S3 and the other APIs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from rehearsal.control_plane.pki import SIGNS, distinguished_name, private_text, unsigned, write_private

_MAX_COMMON_NAME = 64


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """PEM. chain: the certificate, and the authority's after it."""

    chain: str
    key: str


PUBLIC = "Amazon Root CA"
"""What is in every system's store, for all but databases."""


class Authorities:
    """In a folder, made on first use. Their keys are nobody's but this rehearsal's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def of(self, name: str) -> "Authority":
        """The one that stands in the place of AWS's of this name."""
        return Authority(self._folder, name)


class Authority:
    """One of them. certificate: PEM."""

    def __init__(self, folder: Path, name: str) -> None:
        stem = name.lower().replace(" ", "-")
        self._key_file, self.file = folder / f"{stem}.key", folder / f"{stem}.pem"
        if not self.file.exists():
            self._make(name)
        self.certificate = self.file.read_text()
        self._issuer = x509.load_pem_x509_certificate(self.certificate.encode())
        self._key = cast(
            "ec.EllipticCurvePrivateKey", serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        )

    def server(self, names: Sequence[str]) -> Certificate:
        """A server's certificate for these DNS names, which may have a wildcard in front."""
        key = ec.generate_private_key(ec.SECP256R1())
        common = next((name for name in names if len(name) <= _MAX_COMMON_NAME), "rehearsal")
        builder = (
            unsigned(distinguished_name(common), self._issuer.subject, key.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        return Certificate(
            chain=_pem(builder.sign(self._key, hashes.SHA256())) + self.certificate, key=private_text(key).decode()
        )

    def _make(self, stated: str) -> None:
        key, name = ec.generate_private_key(ec.SECP256R1()), distinguished_name(f"Rehearsal of {stated}")
        builder = (
            unsigned(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(SIGNS, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        write_private(self._key_file, private_text(key))
        # Last: with half of the pair it is made again.
        self.file.write_text(_pem(builder.sign(key, hashes.SHA256())))


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
