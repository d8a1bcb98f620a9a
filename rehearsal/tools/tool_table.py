"""Every program that a rehearsal runs: which versions are good, and where each comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PULUMI = "3.251.0"
KUBERNETES = "1.36.3"
ETCD = "3.6.8"
KWOK = "0.8.0"
ENVOY_GATEWAY = "1.9.1"
COREDNS = "1.14.1"
KUBE_ROUTER = "2.1.0"
METRICS_SERVER = "0.8.0"  # built against the packages of the API server: newer ones move those

BOTH = frozenset({"linux", "darwin"})
LINUX = frozenset({"linux"})

Version = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Release:
    """An official download. Addresses may hold {os}, {arch} and {cpu} (x64 or arm64).

    checksums: a text with lines "sum  file", a bare sum, or a release description with digests.
    folder: where the programs lie in the archive; None when the download is the program itself.
    systems: operating systems for which it is published.
    """

    url: str
    checksums: str
    folder: str | None
    systems: frozenset[str] = BOTH


@dataclass(frozen=True, kw_only=True)
class GoBuild:
    """A build from a module of rehearsal/go. seconds: of two cores, with what the table has before it compiled already.

    tags: Go's build tags, for what is left out.
    """

    module: str
    package: str
    seconds: int
    ldflags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One program. Good versions are at_least <= version < below; version is the one that we get ourselves.

    release: None where none is published, so that it is always built.
    """

    name: str
    version: str
    at_least: Version
    below: Version
    build: GoBuild
    release: Release | None
    ask: tuple[str, ...] = ("--version",)


def _kubernetes(component: str, seconds: int) -> Tool:
    return Tool(
        name=component,
        version=KUBERNETES,
        at_least=(1, 36, 0),
        below=(1, 37, 0),
        release=Release(
            url=f"https://dl.k8s.io/v{KUBERNETES}/bin/{{os}}/{{arch}}/{component}",
            checksums=f"https://dl.k8s.io/v{KUBERNETES}/bin/{{os}}/{{arch}}/{component}.sha256",
            folder=None,
            systems=LINUX,  # servers are published for Linux only
        ),
        build=GoBuild(
            module="kubernetes",
            package=f"k8s.io/kubernetes/cmd/{component}",
            seconds=seconds,
            ldflags={
                "k8s.io/component-base/version.gitVersion": f"v{KUBERNETES}",
                "k8s.io/component-base/version.gitMajor": "1",
                "k8s.io/component-base/version.gitMinor": "36",
            },
        ),
    )


CLI = Tool(
    name="pulumi",
    version=PULUMI,
    ask=("version",),
    at_least=(3, 251, 0),  # the language SDK's own version: an older engine may lack what it asks for
    below=(4, 0, 0),
    release=Release(
        url=f"https://github.com/pulumi/pulumi/releases/download/v{PULUMI}/pulumi-v{PULUMI}-{{os}}-{{cpu}}.tar.gz",
        checksums=f"https://github.com/pulumi/pulumi/releases/download/v{PULUMI}/pulumi-{PULUMI}-checksums.txt",
        folder="pulumi",
    ),
    build=GoBuild(
        module="pulumi",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        seconds=100,
        ldflags={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": f"v{PULUMI}"},
    ),
)

CONTROL_PLANE = (
    _kubernetes("kube-apiserver", 155),
    _kubernetes("kube-controller-manager", 50),
    _kubernetes("kube-scheduler", 5),
    Tool(
        name="etcd",
        version=ETCD,
        at_least=(3, 6, 0),
        below=(3, 7, 0),
        release=Release(
            url=f"https://github.com/etcd-io/etcd/releases/download/v{ETCD}/etcd-v{ETCD}-{{os}}-{{arch}}.tar.gz",
            checksums=f"https://github.com/etcd-io/etcd/releases/download/v{ETCD}/SHA256SUMS",
            folder=f"etcd-v{ETCD}-{{os}}-{{arch}}",
            systems=LINUX,
        ),
        build=GoBuild(module="etcd", package=".", seconds=10),
    ),
    Tool(
        name="kwok",
        version=KWOK,
        at_least=(0, 7, 0),
        below=(0, 9, 0),
        release=Release(
            url=f"https://github.com/kubernetes-sigs/kwok/releases/download/v{KWOK}/kwok-{{os}}-{{arch}}",
            checksums=f"https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{KWOK}",
            folder=None,
        ),
        build=GoBuild(module="kwok", package="sigs.k8s.io/kwok/cmd/kwok", seconds=15),
    ),
)

ALL = (CLI, *CONTROL_PLANE)


def _addon(name: str, version: str, seconds: int, ask: str = "--version") -> Tool:
    numbers = [int(part) for part in version.split(".")]
    return Tool(
        name=name,
        version=version,
        at_least=(numbers[0], numbers[1], numbers[2]),
        below=(numbers[0], numbers[1] + 1, 0),
        ask=(ask,),
        release=None,  # each is built with what a rehearsal needs of it
        build=GoBuild(module="addons", package=f"./{name}", seconds=seconds, ldflags={"main.version": version}),
    )


LIVE = (
    _kubernetes("kubelet", 20),
    _kubernetes("kube-proxy", 10),
    _addon("coredns", COREDNS, 50, ask="-version"),
    _addon("network-policies", KUBE_ROUTER, 15),
    _addon("metrics-server", METRICS_SERVER, 45),
)
"""What live nodes run besides: got by `naap live` alone."""
