"""What the nodes of one cluster are told: written by the command, read by the processes in their namespaces."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class NodeSite:
    """One node. pods: the range of its pods' addresses; reserved: of the machine's memory and CPU, what is not for it;
    most_pods: that it takes."""

    name: str
    address: str
    pods: str
    labels: Mapping[str, str]
    reserved: Mapping[str, str]
    most_pods: int


@dataclass(frozen=True, kw_only=True)
class Forward:
    """A loopback port of this machine that leads to an address of the hub's network."""

    port: int
    address: str
    to: int


@dataclass(frozen=True, kw_only=True)
class Site:
    """All of it.

    folder: of the live parts; egress: socket by which the API server reaches nodes, pods and Services; server: its
    loopback port. root: a node's file system; tools: paths by name; images: folder of the image store;
    shown: folders of this machine that nodes see. hub: address of the bridge, which is every node's gateway and has the
    API server at 443; vpc: the whole range; played: that of pods that don't run. group: control group below which
    everything is. programs: run in the hub, by name. mounts: files that every container sees, by their path there.
    """

    folder: str
    egress: str
    server: int
    root: str
    tools: Mapping[str, str]
    images: str
    shown: Sequence[str]
    hub: str
    vpc: str
    played: str
    group: str
    nodes: Sequence[NodeSite]
    programs: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    forwards: Sequence[Forward] = ()
    mounts: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def read(cls, folder: Path) -> "Site":
        """As write() left it. Raises OSError where it never was."""
        kept: dict[str, Any] = json.loads((folder / "site.json").read_text())
        kept["nodes"] = [NodeSite(**each) for each in kept["nodes"]]
        kept["forwards"] = [Forward(**each) for each in kept["forwards"]]
        return cls(**kept)

    def write(self) -> None:
        """Keep it in its folder."""
        write_whole(self._file, self._text())

    def is_kept(self) -> bool:
        """Whether exactly this one is there."""
        return self._file.exists() and self._file.read_text() == self._text()

    def _text(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @property
    def _file(self) -> Path:
        return Path(self.folder) / "site.json"

    def node(self, name: str) -> NodeSite:
        """By its name."""
        return next(node for node in self.nodes if node.name == name)

    def home(self, node: NodeSite) -> Path:
        """A node's own folder."""
        return Path(self.folder) / node.name

    def pki(self, node: NodeSite) -> Path:
        """Certificates of a node's programs, and the authority's."""
        return self.home(node) / "pki"


def write_whole(file: Path, text: str) -> None:
    """Write a file that is never there by half, whenever this process is killed."""
    part = file.with_suffix(".part")
    part.write_text(text)
    part.replace(file)
