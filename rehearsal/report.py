"""What a rehearsal says at its end: what was real, what was played, and what there is now."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from console.terminal import WIDTH, as_text, table
from planning.platform import PlatformPlan
from planning.plugin.plugin import PluginPlan
from rehearsal.live.edge.tour import as_lines as site_lines
from rehearsal.live.report import as_lines as live_lines
from rehearsal.progress import duration
from rehearsal.standins.values import SECRET, SIGNATURE
from rehearsal.tools.toolbox import Found

Resource = dict[str, Any]
STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:"
INSIDE = WIDTH - 2  # columns below a heading; outputs and paths are for copying and are never cut
ALL_PLAYED = "nodes and pods: no container runs; network policies are stored, not enforced"
SOME_PLAYED = "pods whose image is not known here: they are on nodes that KWOK plays, and answer nothing"
HELM_RELEASE = "kubernetes:helm.sh/v3:Release"
PLAYED = {
    "pulumi-language-python": "language host",
    "pulumi-resource-kubernetes": "Kubernetes provider",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that is told. official: official plugin programs that were used; kubeconfigs: cluster name -> file; live: of
    nodes that run, where there are any: nodes, pods, images; site: how to ask it, where it answers."""

    plan: PlatformPlan
    tools: Mapping[str, Found]
    official: Mapping[str, Path | None]
    resources: Sequence[Resource]
    recorded_kinds: frozenset[str]
    kubeconfigs: Mapping[str, str]
    packs: Sequence[str]
    timings: Sequence[tuple[str, float]]
    live: Mapping[str, Any] | None = None
    site: Mapping[str, Any] | None = None

    def data(self) -> dict[str, Any]:
        """All of it as JSON knows it."""
        used = [(name, "", f"official, {path}") for name, path in self.official.items() if path is not None]
        return {
            "tools": [*((tool.name, tool.version, tool.origin) for tool in self.tools.values()), *used],
            "packs": list(self.packs),
            "played": played(self),
            "live": dict(self.live) if self.live else None,
            "site": dict(self.site) if self.site else None,
            "resources": components(self.resources),
            "plugins": plugins(self.plan.plugins),
            "outputs": dict(outputs(self.resources)),
            "kubeconfigs": dict(self.kubeconfigs),
            "seconds": list(self.timings),
        }


def as_lines(data: Mapping[str, Any]) -> list[str]:
    """A report's data for a person: a heading over each part; what is copied from it is never cut."""
    parts = {
        "Real": real(data),
        "Played": data["played"],
        **({"Live": live_lines(data["live"])} if data.get("live") else {}),
        **({"Site": site_lines(data["site"])} if data.get("site") else {}),
        "Resources": _rows(data["resources"]),
        "Plugins": _rows(data["plugins"]),
        "Outputs": [f"{name}: {value}" for name, value in data["outputs"].items()] or ["(none)"],
        "kubectl": [f"KUBECONFIG={path}" for path in data["kubeconfigs"].values()],
        "Time": _rows([(title, duration(seconds)) for title, seconds in data["seconds"]] or [("-", "")]),
    }
    lines = [line for title, found in parts.items() for line in ("", title, *(f"  {one}" for one in found))]
    return lines[1:]


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    return as_text(table(rows, head=False, gives=range(len(rows[0]))), INSIDE).splitlines()


def real(data: Mapping[str, Any]) -> list[str]:
    """What ran as it does in production."""
    lines = _rows(data["tools"])
    if data["packs"]:
        lines.append(f"policy pack {', '.join(data['packs'])}")
    return [*lines, "admission, Pod Security, controllers, scheduling, custom resource validation"]


def played(report: Report) -> list[str]:
    """What stood in, and what of the program it could not try."""
    lines = ["AWS: every input checked against the SDK's types; nothing is created"]
    lines += [f"{role}: stand-in" for name, role in PLAYED.items() if report.official.get(name) is None]
    lines += [SOME_PLAYED if report.live else ALL_PLAYED]
    kinds = Counter(label for resource in report.resources if (label := kind_label(resource)) in report.recorded_kinds)
    lines += [f"recorded, not validated: {count} {label}" for label, count in sorted(kinds.items())]
    releases = [urn_name(one) for one in report.resources if one["type"] == HELM_RELEASE and not installed(one)]
    if releases and report.official.get("pulumi-resource-kubernetes") is None:
        lines.append(f"Helm releases recorded only: {', '.join(sorted(releases))}")
    return lines


def installed(release: Resource) -> bool:
    """Whether objects of a Helm release are there: its chart was at hand."""
    outputs: Mapping[str, Any] = release.get("outputs") or {}
    return bool(outputs.get("resourceNames"))


def components(resources: Sequence[Resource]) -> list[tuple[str, ...]]:
    """Component, how many there are, resources directly in them; the total last."""
    by_urn = {resource["urn"]: resource for resource in resources}
    inside: Counter[str] = Counter()
    for resource in resources:
        if resource.get("custom") and not resource["type"].startswith(PROVIDER):
            inside[component_of(resource, by_urn)] += 1
    count = Counter(component_name(resource) for resource in resources if is_component(resource))
    rows = [(name, f"x {count[name]}" if count[name] else "", str(inside[name])) for name in sorted(inside | count)]
    return [*rows, ("total", "", str(inside.total()))]


def component_of(resource: Resource, by_urn: Mapping[str, Resource]) -> str:
    """Name of the nearest component above a resource."""
    above = by_urn.get(resource.get("parent", ""))
    while above is not None and not is_component(above):
        above = by_urn.get(above.get("parent", ""))
    return component_name(above) if above is not None else "(stack)"


def is_component(resource: Resource) -> bool:
    """Whether it is a component of the program, not the stack itself."""
    return not resource.get("custom") and resource["type"] != STACK_TYPE


def component_name(resource: Resource) -> str:
    """The last part of its type: Cluster of naap:platform:Cluster."""
    return str(resource["type"]).rsplit(":", 1)[-1]


def plugins(planned: Iterable[PluginPlan]) -> list[tuple[str, ...]]:
    """One row a plugin, as it runs at home."""
    rows: list[tuple[str, ...]] = [("plugin", "pods", "prefix", "schema", "image")]
    for plugin in planned:
        backend = plugin.spec.backend
        rows.append(
            (
                plugin.name,
                str(plugin.pods) if plugin.pods else "-",
                backend.api_prefix if backend else "-",
                plugin.database.schema if plugin.database else "-",
                short_image(backend.image) if backend else "-",
            )
        )
    return rows


def short_image(image: str) -> str:
    """Its tag, else the start of its digest: images are called after their plugins, and a line has 80 columns."""
    name, _, digest = image.rsplit("/", 1)[-1].partition("@sha256:")
    return name.partition(":")[2] or digest[:7] or "(no tag)"


def outputs(resources: Sequence[Resource]) -> list[tuple[str, str]]:
    """The stack's outputs; what is secret never shows, nor does what holds a secret."""
    stacks = [resource for resource in resources if resource["type"] == STACK_TYPE]
    stated = cast("dict[str, Any]", stacks[0].get("outputs") or {}) if stacks else {}
    return [
        (f"{name}.{key}" if key else name, shown_output(inner))
        for name, value in sorted(stated.items())
        for key, inner in _parts(value)
    ]


def _parts(value: object) -> list[tuple[str, object]]:
    """An output that is a mapping takes a line for each of its keys."""
    if isinstance(value, Mapping) and not holds_secret(cast("object", value)):
        return sorted(cast("Mapping[str, object]", value).items())
    return [("", value)]


def shown_output(value: object) -> str:
    """A value for a person."""
    if holds_secret(value):
        return "[secret]"
    return value if isinstance(value, str) else json.dumps(value)


def holds_secret(value: object) -> bool:
    """Whether a value of the state is a secret or has one anywhere inside."""
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, object]", value)
        return inner.get(SIGNATURE) == SECRET or any(holds_secret(child) for child in inner.values())
    if isinstance(value, list):
        return any(holds_secret(child) for child in cast("list[object]", value))
    return False


def kind_label(resource: Resource) -> str:
    """Kind and API group of a Kubernetes resource, as TargetGroupBinding.eks.amazonaws.com."""
    provider, _, rest = str(resource["type"]).partition(":")
    group, _, kind = rest.rpartition(":")
    return f"{kind}.{group.partition('/')[0]}" if provider == "kubernetes" else ""


def urn_name(resource: Resource) -> str:
    """The name in a URN."""
    return str(resource["urn"]).split("::", 3)[-1]
