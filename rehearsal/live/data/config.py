"""What the process is told that serves in AWS's place, and where it keeps things."""

import hashlib
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rehearsal.control_plane.pki import write_private
from rehearsal.live.data.authority import PUBLIC, Authorities
from rehearsal.tools.aws_play import aws_packages
from rehearsal.tools.debian import POSTGRES, VALKEY, unpacked

ROOT = Path(__file__).resolve().parents[3]
WEBHOOK = ("127.0.0.1", 9443)
"""Where the API server's webhook is, in the network of the nodes."""
SERVICES = ("127.0.0.1", 9000)
"""Where what plays AWS's own services reads buckets: no pod reaches it."""
SYSTEM_STORES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


@dataclass(frozen=True, kw_only=True)
class Config:
    """folder: of what is kept; inventory: of the played AWS; cluster: EKS's name of the one whose pods these are.

    hosts: file of names, as /etc/hosts; postgres, valkey: folders of programs. endpoint, authority, token: of the API
    server, as the nodes' network reaches it. objects: files by key, of the buckets that CloudFront reads. device: of
    that network, which gets the addresses; "": they are there.
    """

    folder: str
    inventory: str
    cluster: str
    hosts: str
    postgres: str
    valkey: str
    endpoint: str
    authority: str
    token: str
    objects: Mapping[str, str] = field(default_factory=dict[str, str])
    device: str = "lo"

    @classmethod
    def read(cls, file: Path) -> "Config":
        """As write() left it."""
        return cls(**json.loads(file.read_text()))

    def write(self) -> Path:
        """Its file, and its folder with a root of secrets and the authorities that pods trust."""
        folder = Path(self.folder)
        for made in (self.lost, self.released):
            made.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        root = folder / "root"
        if not root.exists():
            write_private(root, secrets.token_bytes(32))
        write_private(folder / "config.json", json.dumps(asdict(self)).encode())
        return folder / "config.json"

    @property
    def root(self) -> bytes:
        """What its own secrets are made of."""
        return (Path(self.folder) / "root").read_bytes()

    @property
    def authorities(self) -> Authorities:
        """Who signs its certificates."""
        return Authorities(Path(self.folder) / "authorities")

    @property
    def servers(self) -> Path:
        """Folders of databases and caches: not within a home, as who they run as may look into no other's."""
        name = hashlib.sha256(str(Path(self.folder).resolve()).encode()).hexdigest()[:12]
        return Path(f"/var/tmp/naap-live-{os.getuid()}-{name}")  # noqa: S108  # made for its owner only

    @property
    def released(self) -> Path:
        """Folder of what was released since, by key: what lies there is in the buckets that CloudFront reads."""
        return Path(self.folder) / "released"

    @property
    def lost(self) -> Path:
        """Folder of marks: of a database or a cache that is named here, the machine is lost until the mark is gone."""
        return Path(self.folder) / "lost"


def programs() -> dict[str, str]:
    """Folders of the programs, got where they are not there yet: arguments of Config. Raises RehearsalError."""
    aws_packages()
    return {"postgres": str(unpacked(POSTGRES)), "valkey": str(unpacked(VALKEY))}


def command(file: Path) -> list[str]:
    """How the process is started. file: of its Config."""
    path = f"PYTHONPATH={aws_packages()}:{ROOT}"
    return ["env", path, "PYTHONDONTWRITEBYTECODE=1", sys.executable, "-P", "-m", "rehearsal.live.data", str(file)]


def trust_store(config: Config) -> str:
    """PEM of all authorities that pods trust: the machine's, and the one that stands for AWS's public ones."""
    system = next((Path(file).read_text() for file in SYSTEM_STORES if Path(file).exists()), "")
    return system.rstrip("\n") + "\n" + config.authorities.of(PUBLIC).certificate


def delete(config: Config) -> None:
    """All that databases and caches hold, once the process has ended."""
    shutil.rmtree(config.servers, ignore_errors=True)
