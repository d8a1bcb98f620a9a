"""The nodes' network: a bridge in the hub, a link to each node, and routes to the nodes' pods. Root of it only."""

import time
from pathlib import Path

from rehearsal.live.node.namespaces import run
from rehearsal.live.site import NodeSite, Site

BRIDGE = "nodes0"
"""The hub's interface: further addresses of the hub belong to it."""
_NET = "/proc/{}/ns/net"


def make_hub(site: Site) -> None:
    """The bridge, with the hub's address. An address of its own: else it takes that of a port, and changes with it."""
    bits = site.vpc.partition("/")[2]
    for words in (
        "link set lo up",
        f"link add {BRIDGE} address 02:00:0a:00:00:01 type bridge",
        f"addr add {site.hub}/{bits} dev {BRIDGE}",
        f"link set {BRIDGE} up",
    ):
        _ip(words)


def connect(site: Site, node: NodeSite, pid: int) -> None:
    """Links the network that this process has entered to the hub; pods of the node are behind it."""
    ours = Path(_NET.format("self")).stat().st_ino
    while Path(_NET.format(pid)).stat().st_ino == ours:
        time.sleep(0.002)
    port = f"node{site.nodes.index(node)}"
    run(["ip", "link", "delete", port], check=False)  # of one that was lost
    _ip(f"link add {port} type veth peer name eth0 netns {pid}")
    _ip(f"link set {port} master {BRIDGE} up")
    _ip(f"route replace {node.pods} via {node.address}")


def make_node(site: Site, node: NodeSite) -> None:
    """Inside the node: its address, and routes. What nobody has is refused at once, not waited for."""
    bits = site.vpc.partition("/")[2]
    for words in (
        "link set lo up",
        f"addr add {node.address}/{bits} dev eth0",
        "link set eth0 up",
        f"route add default via {site.hub}",
        f"route add unreachable {site.played}",
        f"route add unreachable {node.pods}",
    ):
        _ip(words)
    for other in site.nodes:
        if other.name != node.name:
            _ip(f"route add {other.pods} via {other.address}")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _ip(words: str) -> None:
    run(["ip", *words.split()])
