"""The platform's own certificate authority, derived from the root secret like the passwords.

Everything about a certificate follows from its arguments: key, serial number, validity and signature (RFC 6979).
So a run that changes nothing renders the same bytes, and nothing has to be stored. A certificate is renewed by
raising its generation, the authority (with all that it signed) by raising AUTHORITY_GENERATION.
"""

import base64
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from planning.shared.derived_secrets import derive

AUTHORITY_GENERATION = 1
_OWNER = "certificate-authority"
_NOT_BEFORE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_NOT_AFTER = datetime.datetime(2046, 1, 1, tzinfo=datetime.UTC)
"""Twenty years, fixed: an end that moved with the clock would make every run a change. Clients inside the cluster
trust only this authority; what is leaked is replaced by a new generation, not waited out."""

_KEY_BYTES = 48
"""Half as much again as P-256 needs, so that the remainder's bias is below 2^-128 (FIPS 186-5, A.2.1)."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SERIAL_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate and its private key, both PEM. The key is secret."""

    certificate_pem: str
    key_pem: str


def authority(root: str) -> Certificate:
    """The authority that clients inside the clusters trust."""
    key = _key(root, _OWNER, AUTHORITY_GENERATION)
    name = _authority_name()
    builder = (
        _builder(root, _OWNER, AUTHORITY_GENERATION)
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(builder, key, key)


def server_certificate(root: str, *, owner: str, names: Sequence[str], generation: int = 1) -> Certificate:
    """A server's certificate, signed by the authority. names: DNS names, the first one at most 64 characters."""
    key = _key(root, owner, generation)
    authority_key = _key(root, _OWNER, AUTHORITY_GENERATION)
    builder = (
        _builder(root, owner, generation)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(_authority_name())
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
    )
    return _signed(builder, key, authority_key)


def _authority_name() -> x509.Name:
    text = f"NaaP internal authority {AUTHORITY_GENERATION}"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _bytes(root: str, owner: str, purpose: str, generation: int, size: int) -> int:
    text = derive(root, owner=owner, purpose=purpose, generation=generation, size=size)
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _key(root: str, owner: str, generation: int) -> ec.EllipticCurvePrivateKey:
    scalar = _bytes(root, owner, "tls-key", generation, _KEY_BYTES) % (_P256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _builder(root: str, owner: str, generation: int) -> x509.CertificateBuilder:
    serial = _bytes(root, owner, "tls-serial", generation, _SERIAL_BYTES)
    return (
        x509.CertificateBuilder().serial_number(serial or 1).not_valid_before(_NOT_BEFORE).not_valid_after(_NOT_AFTER)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> Certificate:
    signed = builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=True)
    return Certificate(
        certificate_pem=signed.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii"),
    )
