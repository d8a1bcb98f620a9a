"""One node, in namespaces of its own: containerd, kubelet, kube-proxy and the network policy controller."""

import json
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from planning.network.addresses import SERVICE_CIDR
from rehearsal.live.network import links
from rehearsal.live.node import cgroups, configuration, file_system, image_store, namespaces
from rehearsal.live.node.supervisor import Supervisor
from rehearsal.live.site import NodeSite, Site

_SYSCTLS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
"""What a kubelet would set for the whole machine: it is shown that all of it is as it wants it."""
_KEPT = {"kubelet": "var/lib/kubelet", "containerd": configuration.STORE, "log": "var/log"}
"""Folders of a node's home, and where it sees them: on a disk, as they are on a real one."""


def main(folder: str, name: str) -> None:
    """Never returns. Standard input says when the node is linked to the network."""
    site = Site.read(Path(folder))
    node = site.node(name)
    sys.stdin.readline()
    socket.sethostname(name)
    links.make_node(site, node)
    group = f"{site.group}/{name}"
    cgroups.make(group)
    files = _write(site, node)
    _enter_root(site, site.home(node))
    _run(site, node, files)


def _enter_root(site: Site, home: Path) -> None:
    """Its images are copied anew: no container of an earlier run is known."""
    for name, value in _SYSCTLS.items():
        shown = home / "sysctl" / name.replace("/", ".")
        shown.parent.mkdir(exist_ok=True)
        shown.write_text(value + "\n")
        namespaces.mount("--bind", shown, f"/proc/sys/{name}")
    image_store.copy(Path(site.images), home / "containerd")
    for name in _KEPT:
        (home / name).mkdir(exist_ok=True)
    kept = {str(home / name): place for name, place in _KEPT.items()}
    file_system.enter(home / "root", Path(site.root), shown=site.shown, kept=kept)


def _write(site: Site, node: NodeSite) -> Mapping[str, Path]:
    home = site.home(node)
    contents: dict[str, object] = {
        f"{user}.kubeconfig": configuration.kubeconfig(site, node, user)
        for user in ("kubelet", "kube-proxy", "network-policies")
    }
    contents["kubelet"] = configuration.kubelet(site, node)
    contents["kube-proxy"] = configuration.kube_proxy(site, node, home / "kube-proxy.kubeconfig.conf")
    contents["containerd"] = configuration.containerd()
    files = {name: home / f"{name}.conf" for name in contents}
    for name, content in contents.items():
        files[name].write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return files


def _run(site: Site, node: NodeSite, files: Mapping[str, Path]) -> None:
    home, tools = site.home(node), site.tools
    Path(configuration.CNI).mkdir(parents=True)
    Path(configuration.CNI, "10-rehearsal.conflist").write_text(json.dumps(configuration.cni(node)))
    spec = json.loads(namespaces.run(["ctr", "oci", "spec"]))
    Path(configuration.RUNTIME_SPEC).write_text(json.dumps(configuration.runtime_spec(spec, site.mounts)))
    programs = Supervisor(home)
    programs.start("containerd", ["containerd", "--config", files["containerd"], "--log-level", "info"])
    while not Path(configuration.SOCKET).exists():
        time.sleep(0.01)
    for archive in sorted(Path(site.folder, image_store.LATER).glob("*.tar")):
        image_store.add(archive)
    labels = ",".join(f"{key}={value}" for key, value in node.labels.items())
    programs.start(
        "kubelet",
        [
            tools["kubelet"],
            f"--config={files['kubelet']}",
            f"--kubeconfig={files['kubelet.kubeconfig']}",
            f"--hostname-override={node.name}",
            f"--node-ip={node.address}",
            f"--node-labels={labels}",
            "--v=2",
        ],
    )
    programs.start("kube-proxy", [tools["kube-proxy"], f"--config={files['kube-proxy']}"])
    programs.start(
        "network-policies",
        [
            tools["network-policies"],
            f"--kubeconfig={files['network-policies.kubeconfig']}",
            f"--hostname-override={node.name}",
            f"--service-cluster-ip-range={SERVICE_CIDR}",
            "--iptables-sync-period=30s",
        ],
    )
    programs.serve()
