"""Certificates of a control plane: one authority, and what it signs. Made once, kept with the cluster's state."""

import datetime as dt
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 3650  # a rehearsal is thrown away long before
_AUTHORITY = "rehearsal-ca"
SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
FRONT_PROXY = "front-proxy"
"""Whom aggregated API servers believe who has asked."""
CLIENTS = {
    "etcd-client": ("etcd-client", None),
    "kube-controller-manager": ("system:kube-controller-manager", None),
    "kube-scheduler": ("system:kube-scheduler", None),
    "kwok": ("kwok", "system:masters"),
    "kubelet-client": ("kube-apiserver-kubelet-client", None),
    "front-proxy": (FRONT_PROXY, None),
}
SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Files of a certificate and its key."""

    certificate: Path
    key: Path


class Pki:
    """The certificates in a folder; make() makes them on first use."""

    def __init__(self, folder: Path, service_address: str) -> None:
        self.folder = folder
        self.service_address = service_address
        self.authority = self._pair("ca")
        self.server = self._pair("server")
        self.account_key = folder / "service-accounts.key"

    @classmethod
    def of(cls, cluster: Path) -> "Pki":
        """Of a control plane that was started, by its folder."""
        return cls(cluster / "pki", "")

    def client(self, name: str) -> Pair:
        """Of one of CLIENTS."""
        return self._pair(name)

    def make(self) -> None:
        """Make what is missing. The last file is written last: half a set is made again."""
        if self.account_key.exists():
            for name, (user, group) in CLIENTS.items():
                self.issue(self.client(name), user, group)
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, key = self._make_authority()
        addresses = [x509.IPAddress(ipaddress.ip_address(a)) for a in ("127.0.0.1", self.service_address)]
        names = x509.SubjectAlternativeName([*(x509.DNSName(name) for name in SERVER_NAMES), *addresses])
        self._sign(self.server, distinguished_name("rehearsal-server"), authority, key, names)
        for name, (user, group) in CLIENTS.items():
            self._sign(self.client(name), distinguished_name(user, group), authority, key, None)
        _write_key(self.account_key, rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def issue(self, pair: Pair, user: str, group: str | None) -> None:
        """Sign a client's certificate into these files, unless they are there."""
        if pair.certificate.exists() and pair.key.exists():
            return
        key = serialization.load_pem_private_key(self.authority.key.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.authority.key} is not a key that was made here")
        pair.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sign(pair, distinguished_name(user, group), distinguished_name(_AUTHORITY), key, None)

    def _pair(self, name: str) -> Pair:
        return Pair(certificate=self.folder / f"{name}.crt", key=self.folder / f"{name}.key")

    def _make_authority(self) -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
        key, name = ec.generate_private_key(ec.SECP256R1()), distinguished_name(_AUTHORITY)
        builder = (
            unsigned(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(SIGNS, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        _write_key(self.authority.key, key)
        _write_certificate(self.authority.certificate, builder, key)
        return name, key

    def _sign(
        self,
        pair: Pair,
        subject: x509.Name,
        issuer: x509.Name,
        authority: ec.EllipticCurvePrivateKey,
        names: x509.SubjectAlternativeName | None,
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = [ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = unsigned(subject, issuer, key.public_key())
        if names is not None:
            usage.append(ExtendedKeyUsageOID.SERVER_AUTH)
            builder = builder.add_extension(names, critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        # Without it Python 3.13 and later trust none.
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
        builder = builder.add_extension(issued_by, critical=False)
        _write_key(pair.key, key)
        _write_certificate(pair.certificate, builder, authority)


def distinguished_name(name: str, group: str | None = None) -> x509.Name:
    """Of who has a certificate. group: Kubernetes takes the organization for one."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if group:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    return x509.Name(parts)


def unsigned(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    """A certificate without extensions, for as long as any rehearsal lasts."""
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)  # clocks may differ a little
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=DAYS))
    )


def _write_certificate(file: Path, builder: x509.CertificateBuilder, key: CertificateIssuerPrivateKeyTypes) -> None:
    file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def private_text(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """PEM, without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    write_private(file, private_text(key))


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, from the first moment."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
