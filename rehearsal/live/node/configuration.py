"""Configuration of a node's programs: kubelet, kube-proxy, containerd and its network plugins."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planning.network.addresses import DNS_ADDRESS
from rehearsal.live.node import cgroups
from rehearsal.live.site import NodeSite, Site

PAUSE = "rehearsal.local/pause:1"
STORE = "/var/lib/containerd"
SOCKET = "/run/containerd/containerd.sock"
CTR = ("ctr", "--address", SOCKET, "--namespace", "k8s.io")
CNI = "/run/cni/net.d"
RUNTIME_SPEC = "/run/runtime-spec.json"
EVICTED_BELOW_MIB = 100


def kubeconfig(site: Site, node: NodeSite, user: str) -> dict[str, Any]:
    """Of a program on a node. The API server's certificate has no address of the hub: it is asked for by name."""
    cluster = {
        "server": f"https://{site.hub}:443",
        "tls-server-name": "kubernetes",
        "certificate-authority": str(site.pki(node) / "ca.crt"),
    }
    keys = {
        "client-certificate": str(site.pki(node) / f"{user}.crt"),
        "client-key": str(site.pki(node) / f"{user}.key"),
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "rehearsal", "cluster": cluster}],
        "users": [{"name": user, "user": keys}],
        "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": user}}],
        "current-context": "rehearsal",
    }


def kubelet(site: Site, node: NodeSite) -> dict[str, Any]:
    """KubeletConfiguration. Images are loaded, never pulled: none is thrown away for lack of space."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "x509": {"clientCAFile": str(site.pki(node) / "ca.crt")},
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
        },
        "authorization": {"mode": "Webhook"},
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"{site.group}/{node.name}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [DNS_ADDRESS],
        "clusterDomain": "cluster.local",
        "resolvConf": "/etc/resolv.conf",
        "makeIPTablesUtilChains": False,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": f"{EVICTED_BELOW_MIB}Mi"},
        "systemReserved": dict(node.reserved),
        "maxPods": node.most_pods,
        "kubeAPIQPS": 100,
        "kubeAPIBurst": 200,
        "nodeStatusUpdateFrequency": "10s",
        "shutdownGracePeriod": "0s",
        "serializeImagePulls": False,
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
    }


def kube_proxy(site: Site, node: NodeSite, access: Path) -> dict[str, Any]:
    """KubeProxyConfiguration. conntrack: its sysctls are the whole machine's, and are left alone."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(access)},
        "hostnameOverride": node.name,
        "clusterCIDR": site.vpc,
        "detectLocalMode": "ClusterCIDR",
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "nftables": {"minSyncPeriod": "100ms"},
    }


def cni(node: NodeSite) -> dict[str, Any]:
    """Each pod has a link of its own to the node, no bridge: what goes from pod to pod is routed, and filtered."""
    addresses = {
        "type": "host-local",
        "dataDir": "/run/cni/addresses",
        "ranges": [[{"subnet": node.pods}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    plugins = [
        {"type": "ptp", "mtu": 1500, "ipam": addresses},
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    return {"cniVersion": "0.4.0", "name": "rehearsal", "plugins": plugins}


def containerd() -> str:
    """Configuration of containerd 1.7."""
    lines: Mapping[str, Mapping[str, Any]] = {
        "": {
            "version": 2,
            "root": STORE,
            "state": "/run/containerd",
            "oom_score": 0,
            "disabled_plugins": [
                f"io.containerd.snapshotter.v1.{name}" for name in ("aufs", "btrfs", "devmapper", "zfs")
            ],
        },
        "grpc": {"address": SOCKET},
        'plugins."io.containerd.internal.v1.opt"': {"path": "/var/lib/containerd-opt"},
        'plugins."io.containerd.grpc.v1.cri"': {
            "sandbox_image": PAUSE,
            "restrict_oom_score_adj": True,  # a container has not always the right to be spared
            "enable_unprivileged_ports": True,
            "netns_mounts_under_state_dir": True,
            "tolerate_missing_hugetlb_controller": True,
            "disable_hugetlb_controller": not cgroups.unified(),
        },
        'plugins."io.containerd.grpc.v1.cri".cni': {"bin_dir": "/usr/lib/cni", "conf_dir": CNI},
        'plugins."io.containerd.grpc.v1.cri".registry': {"config_path": "/etc/containerd/certs.d"},
        'plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc': {
            "runtime_type": "io.containerd.runc.v2",
            "base_runtime_spec": RUNTIME_SPEC,
        },
        'plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options': {"SystemdCgroup": False},
    }
    return "\n".join(
        line
        for title, values in lines.items()
        for line in ([f"[{title}]"] if title else [])
        + [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    )


def runtime_spec(default: Mapping[str, Any], mounts: Mapping[str, str]) -> dict[str, Any]:
    """What a container is made from: the runtime's own default, and these files, which it can't write."""
    added = [
        {"destination": place, "source": file, "type": "bind", "options": ["rbind", "ro"]}
        for place, file in mounts.items()
    ]
    return {**default, "mounts": [*default["mounts"], *added]}
