"""What a live rehearsal says of its nodes and pods."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.control_plane.kube_api import KubeApi, Object
from rehearsal.control_plane.nodes import KIND, LIVE, PLAYED
from rehearsal.live.live import Started

WAITING = "waiting"


def told(started: Started, api: KubeApi) -> dict[str, Any]:
    """As JSON knows it."""
    nodes = started.nodes
    return {
        "tools": [(tool.name, tool.version, tool.origin) for tool in started.tools.values()],
        "nodes": [node.name for node in nodes.nodes],
        "planned": nodes.planned,
        "factor": nodes.factor,
        "overcommitted": nodes.overcommitted,
        "instead": dict(started.instead),
        "pods": pods(api),
    }


def pods(api: KubeApi) -> dict[str, list[str]]:
    """Names of pods, with their namespaces, by what is done with them: live, played, waiting."""
    kinds = {node["metadata"]["name"]: _kind(node) for node in api.items("Node")}
    found: dict[str, list[str]] = {LIVE: [], PLAYED: [], WAITING: []}
    for pod in api.items("Pod"):
        name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        found[kinds.get(pod["spec"].get("nodeName", ""), WAITING)].append(name)
    return {kind: sorted(names) for kind, names in found.items()}


def as_lines(data: Mapping[str, Any]) -> list[str]:
    """For a person: by namespace, where pods are many."""
    count, planned = len(data["nodes"]), data["planned"]
    lines = [f"{count} nodes that run, of up to {planned} that the pool may have: {data['nodes'][0]} and so on"]
    if data["factor"] < 1:
        lines.append(f"each has {data['factor']:.0%} of what its instance has: this machine has no more")
    if data["overcommitted"] > 1:
        lines.append(f"together they say that they have {data['overcommitted']:.1f} times what this machine has")
    lines += [f"{name} {version}, {origin}" for name, version, origin in data["tools"]]
    lines += [f"{name}: {what} in its place" for name, what in sorted(data["instead"].items())]
    for kind, names in data["pods"].items():
        lines.append(f"pods {kind}: {len(names)}{_by_namespace(names)}")
    return lines


def _by_namespace(names: Sequence[str]) -> str:
    counted = Counter(name.partition("/")[0] for name in names)
    listed = ", ".join(f"{space} {count}" for space, count in sorted(counted.items()))
    return f" ({listed})" if listed else ""


def _kind(node: Object) -> str:
    return str(node["metadata"].get("labels", {}).get(KIND, PLAYED))
