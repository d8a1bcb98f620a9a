"""The programs of one control plane and their command lines."""

import json
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rehearsal.control_plane import egress
from rehearsal.control_plane.pki import Pki
from rehearsal.processes import Program

CLIENTS = ("kube-controller-manager", "kube-scheduler", "kwok")
STAGES = Path(__file__).parent / "stages"
SERVICES = "172.20.0.0/16"
# Below the range from which systems give ports to outgoing connections: while a member is down, one of those could
# otherwise take its port (the others' own attempts to reach it, even).
PORTS = range(20000, 32768)
PLAYED = "kwok.x-k8s.io/node=fake"
"""Annotation of the nodes that KWOK plays; it leaves all others alone."""
PODS = "10.128.0.0/12"  # kwok's own choice of pod addresses; nothing routes them


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Loopback ports of one control plane."""

    etcd: int
    etcd_peer: int
    server: int

    @classmethod
    def choose(cls, server: int | None = None) -> "Ports":
        """Three that are free right now; the API server's may be given."""
        while True:
            etcd, peer, other = secrets.SystemRandom().sample(PORTS, 3)
            ports = cls(etcd=etcd, etcd_peer=peer, server=server or other)
            if ports.free() and server not in (etcd, peer):
                return ports

    def as_dict(self) -> dict[str, int]:
        """For the file that keeps them."""
        return asdict(self)

    def free(self) -> bool:
        """Whether all of them can be had."""
        return all(free(port) for port in self.as_dict().values())


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where everything of one control plane is. paths: of the tools, by name."""

    folder: Path
    pki: Pki
    ports: Ports
    paths: Mapping[str, Path]


def free(port: int) -> bool:
    """Whether a loopback port can be had."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that can be had, of PORTS."""
    while not free(port := secrets.choice(PORTS)):
        pass
    return port


def programs(layout: Layout) -> list[Program]:
    """All programs, in the order in which they start: etcd, the API server, then those that need it."""
    makers = {
        "etcd": _etcd,
        "kube-apiserver": _server,
        "kube-controller-manager": _controllers,
        "kube-scheduler": _scheduler,
        "kwok": _kwok,
    }
    return [_program(layout.folder, name, (str(layout.paths[name]), *make(layout))) for name, make in makers.items()]


def record(found: Sequence[Program], folder: Path) -> None:
    """Keep the command lines, by which a later run knows which processes are ours."""
    (folder / "members.json").write_text(json.dumps({program.name: program.command for program in found}))


def running(folder: Path) -> list[Program]:
    """The programs as they were last started."""
    file = folder / "members.json"
    commands: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}
    return [_program(folder, name, tuple(command)) for name, command in commands.items()]


def stages(region: str) -> str:
    """What KWOK plays, in one file."""
    return "\n---\n".join(file.read_text() for file in sorted(STAGES.glob("*.yaml"))).replace("REGION", region)


def kubeconfig(endpoint: str, authority: Path, user: Mapping[str, str]) -> bytes:
    """A kubeconfig (JSON is YAML) for one user."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "rehearsal", "cluster": {"server": endpoint, "certificate-authority": str(authority)}}],
        "users": [{"name": "rehearsal", "user": dict(user)}],
        "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": "rehearsal"}}],
        "current-context": "rehearsal",
    }
    return json.dumps(content, indent=1).encode()


def _program(folder: Path, name: str, command: tuple[str, ...]) -> Program:
    return Program(name=name, command=command, state=folder)


def _etcd(layout: Layout) -> tuple[str, ...]:
    server, authority = layout.pki.server, layout.pki.authority.certificate
    client, peer = f"https://127.0.0.1:{layout.ports.etcd}", f"https://127.0.0.1:{layout.ports.etcd_peer}"
    return (
        f"--data-dir={layout.folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        *(f"--{kind}cert-file={server.certificate}" for kind in ("", "peer-")),
        *(f"--{kind}key-file={server.key}" for kind in ("", "peer-")),
        *(f"--{kind}trusted-ca-file={authority}" for kind in ("", "peer-")),
        "--client-cert-auth",
        "--peer-client-cert-auth",
        "--unsafe-no-fsync",  # a power cut may lose a rehearsal; that is what makes it fast on any disk
        "--log-level=warn",
    )


def _server(layout: Layout) -> tuple[str, ...]:
    pki = layout.pki
    etcd = pki.client("etcd-client")
    return (
        f"--etcd-servers=https://127.0.0.1:{layout.ports.etcd}",
        f"--etcd-cafile={pki.authority.certificate}",
        f"--etcd-certfile={etcd.certificate}",
        f"--etcd-keyfile={etcd.key}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={layout.ports.server}",
        f"--tls-cert-file={pki.server.certificate}",
        f"--tls-private-key-file={pki.server.key}",
        f"--client-ca-file={pki.authority.certificate}",
        f"--token-auth-file={layout.folder / 'tokens.csv'}",
        f"--service-account-key-file={pki.account_key}",
        f"--service-account-signing-key-file={pki.account_key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-cluster-ip-range={SERVICES}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",  # besides the default ones, PodSecurity among them
        "--endpoint-reconciler-type=none",
        "--allow-privileged=true",
        "--profiling=false",
        "--max-requests-inflight=1600",  # an engine at full parallelism is not throttled
        "--max-mutating-requests-inflight=800",
        "--shutdown-delay-duration=0s",
        *egress.flags(layout.folder, pki),
    )


def _controllers(layout: Layout) -> tuple[str, ...]:
    pki = layout.pki
    return (
        f"--kubeconfig={layout.folder / 'kube-controller-manager.kubeconfig'}",
        "--secure-port=0",
        f"--service-account-private-key-file={pki.account_key}",
        f"--root-ca-file={pki.authority.certificate}",
        f"--cluster-signing-cert-file={pki.authority.certificate}",
        f"--cluster-signing-key-file={pki.authority.key}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--controllers=*,-nodeipam,-node-route-controller,-cloud-node-lifecycle-controller",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        "--concurrent-deployment-syncs=20",
        "--concurrent-replicaset-syncs=20",
        "--profiling=false",
    )


def _scheduler(layout: Layout) -> tuple[str, ...]:
    return (
        f"--kubeconfig={layout.folder / 'kube-scheduler.kubeconfig'}",
        "--secure-port=0",
        "--leader-elect=false",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        "--profiling=false",
    )


def _kwok(layout: Layout) -> tuple[str, ...]:
    return (
        f"--kubeconfig={layout.folder / 'kwok.kubeconfig'}",
        f"--config={layout.folder / 'kwok.yaml'}",
        "--manage-all-nodes=false",
        f"--manage-nodes-with-annotation-selector={PLAYED}",
        "--node-ip=127.0.0.1",
        f"--cidr={PODS}",
        "--node-lease-duration-seconds=40",
    )
