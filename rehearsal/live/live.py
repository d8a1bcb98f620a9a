"""Making a stack's rehearsal live: tools, images, nodes, what a cluster brings itself, and which pods run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from planning.network.addresses import DNS_ADDRESS
from rehearsal.control_plane.control_plane import Access
from rehearsal.control_plane.kube_api import COLLECTIONS, KubeApi, Object, has_condition
from rehearsal.control_plane.nodes import KIND, LIVE
from rehearsal.control_plane.pki import Pki
from rehearsal.control_plane.programs import PODS
from rehearsal.live import admission, machine
from rehearsal.live.cluster import LiveCluster, shown
from rehearsal.live.images import addons as addon_images
from rehearsal.live.network import addresses
from rehearsal.live.node import image_store
from rehearsal.live.node import root as node_root
from rehearsal.live.nodes import LiveNodes
from rehearsal.live.site import Forward, Site
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Found, Toolbox
from rehearsal.waiting import wait

READY_SECONDS = 120.0
METRICS = "v1beta1.metrics.k8s.io"
_ADDONS = Path(__file__).with_name("addons")


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What others bring. images: reference without digest -> archive; instead: what is in some, where it is something
    else; programs: run in the hub, by name; forwards: ways from this machine's loopback to the hub; mounts: files that
    every container sees, by their path there."""

    images: Mapping[str, Path] = field(default_factory=dict[str, Path])
    instead: Mapping[str, str] = field(default_factory=dict[str, str])
    programs: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    forwards: Sequence[Forward] = ()
    mounts: Mapping[str, Path] = field(default_factory=dict[str, Path])


NOTHING = Extras()


@dataclass(frozen=True, kw_only=True)
class Started:
    """What runs. images: references, without digests, of those that pods run; instead: as of Extras."""

    nodes: LiveNodes
    images: Sequence[str]
    instead: Mapping[str, str]
    tools: Mapping[str, Found]


def start_nodes(
    nodes: LiveNodes,
    access: Access,
    toolbox: Toolbox,
    progress: Progress,
    extras: Extras = NOTHING,
    *,
    settles: bool = True,
) -> Started:
    """Nodes of one cluster, Ready; pods that are admitted from now on may run. settles: with DNS and metrics, which
    somebody else may wait for, while something else is done."""
    folder = access.kubeconfig.parent
    cluster, api = LiveCluster(folder), access.api()
    machine.check(cluster.egress)
    machine.allow_watchers(progress)
    tools = toolbox.get(tool_table.LIVE)
    root = node_root.get(toolbox.cache, progress)
    images = {**addon_images.archives(toolbox.cache, root, tools), **extras.images}
    store = image_store.get(toolbox.cache, progress, root, list(images.values()))
    site = Site(
        folder=str(cluster.folder),
        egress=str(cluster.egress),
        server=int(access.endpoint.rpartition(":")[2]),
        root=str(root),
        tools={name: str(tool.path) for name, tool in tools.items()},
        images=str(store),
        shown=shown([cluster.folder / "x", *(tool.path for tool in tools.values()), *extras.mounts.values()]),
        hub=addresses.hub(nodes.region),
        vpc=addresses.vpc(nodes.region),
        played=PODS,
        group=cluster.group,
        nodes=nodes.nodes,
        programs=extras.programs,
        forwards=extras.forwards,
        mounts={place: str(file) for place, file in extras.mounts.items()},
    )
    with progress.task(f"{len(nodes.nodes)} live nodes"):
        if not cluster.runs(site):
            _forget_nodes(api)  # what an earlier start said of them, and of their pods, is no longer so
        cluster.start(site, Pki.of(folder))
        api.apply(admission.policy(images))
        wait("pods to be told apart", lambda: admission.tells(api, addon_images.COREDNS), READY_SECONDS, str)
        api.apply(_addons(cluster, site))
        wait("the live nodes to be ready", lambda: _ready(api, site), READY_SECONDS, lambda: _logs(cluster, site))
        # Until then everything is open.
        wait("network policies to be enforced", lambda: all(map(cluster.enforces, site.nodes)), READY_SECONDS, str)
    if settles:
        settle(access, progress)
    return Started(nodes=nodes, images=sorted(images), instead=extras.instead, tools=tools)


def settle(access: Access, progress: Progress) -> None:
    """Waits until the cluster's DNS and metrics are served."""
    api = access.api()
    with progress.task("DNS and metrics of the cluster"):
        wait("its DNS and metrics", lambda: _served(api), READY_SECONDS, lambda: _pods(api))


def let_go(api: KubeApi, *, runs: bool) -> None:
    """Before a stack is destroyed. An aggregated API without a server keeps namespaces from ever being gone, and so do
    pods of nodes that don't run any more; what the gateway's controller holds, nobody else lets go."""
    api.remove("APIService", METRICS)
    api.remove("MutatingAdmissionPolicyBinding", admission.NAME)
    api.remove("MutatingAdmissionPolicy", admission.NAME)
    if not runs:
        _forget_nodes(api)
        for one in api.items("GatewayClass"):
            one["metadata"].pop("finalizers", None)
            api.request("PUT", f"{COLLECTIONS['GatewayClass']}/{one['metadata']['name']}", one)


def _forget_nodes(api: KubeApi) -> None:
    for node in api.items("Node"):
        if node["metadata"].get("labels", {}).get(KIND) == LIVE:
            api.forget(node["metadata"]["name"])


def _addons(cluster: LiveCluster, site: Site) -> list[Object]:
    text = "\n---\n".join(file.read_text() for file in sorted(_ADDONS.glob("*.yaml")))
    said = {
        "COREDNS": addon_images.COREDNS,
        "METRICS_SERVER": addon_images.METRICS_SERVER,
        "DNS_ADDRESS": DNS_ADDRESS,
        "HOSTS": str(cluster.hosts.parent),
        "HUB": site.hub,
    }
    for name, value in said.items():
        text = text.replace(name, value)
    return cast("list[Object]", [item for item in yaml.safe_load_all(text) if item])


def _ready(api: KubeApi, site: Site) -> bool:
    wanted = {node.name for node in site.nodes}
    return wanted <= {node["metadata"]["name"] for node in api.items("Node") if has_condition(node, "Ready")}


def _served(api: KubeApi) -> bool:
    texts = (file.read_text() for file in _ADDONS.glob("*.yaml"))
    stated = [item for text in texts for item in yaml.safe_load_all(text) if item and item["kind"] == "Deployment"]
    if not all(api.available(deployment) for deployment in stated):
        return False
    served: dict[str, Any] = api.request("GET", f"/apis/apiregistration.k8s.io/v1/apiservices/{METRICS}")
    return has_condition(served, "Available")


def _logs(cluster: LiveCluster, site: Site) -> str:
    files = [cluster.folder / node.name / f"{name}.log" for node in site.nodes for name in ("node", "kubelet")]
    return "\n".join(f"--- {file}\n{_end(file)}" for file in files)


def _pods(api: KubeApi) -> str:
    lines = [
        f"{pod['metadata']['name']}: {pod['status'].get('phase')} {pod['status'].get('containerStatuses')}"
        for pod in api.items("Pod")
        if pod["metadata"]["namespace"] == "kube-system" and pod["status"].get("phase") != "Running"
    ]
    return "\n".join(lines)


def _end(file: Path) -> str:
    if not file.is_file():
        return "(no log)"
    return "\n".join(line[:300] for line in file.read_text(errors="replace").splitlines()[-8:])
