"""Colours, on light and on dark pages; the picture has a ground of its own, so that it can be read on either."""

from collections.abc import Mapping

from planning.diagram.graph import EdgeKind, NodeKind

FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"

HUES = {
    "slate": ("#59636e", "#9198a1"),
    "violet": ("#7c3aed", "#b794f6"),
    "blue": ("#0969da", "#58a6ff"),
    "indigo": ("#4f46e5", "#8f8bff"),
    "teal": ("#0f766e", "#2dd4bf"),
    "green": ("#1a7f37", "#3fb950"),
    "red": ("#cf222e", "#ff7b72"),
    "amber": ("#b45309", "#e3a24f"),
    "pink": ("#bf3989", "#f778ba"),
}
"""Name of a hue to its colour on a light and on a dark page."""

NODES: Mapping[NodeKind, str] = {
    NodeKind.BROWSER: "slate",
    NodeKind.DNS: "violet",
    NodeKind.CDN: "violet",
    NodeKind.FIREWALL: "violet",
    NodeKind.BUNDLE: "blue",
    NodeKind.BALANCER: "violet",
    NodeKind.GATEWAY: "violet",
    NodeKind.LIMITER: "violet",
    NodeKind.TELEMETRY: "pink",
    NodeKind.CORE: "indigo",
    NodeKind.PLUGIN: "blue",
    NodeKind.POOLER: "green",
    NodeKind.DATABASE: "green",
    NodeKind.CACHE: "red",
    NodeKind.NAT: "slate",
    NodeKind.BUCKET: "amber",
    NodeKind.WATCH: "pink",
    NodeKind.OUTSIDE: "slate",
}
LINES: Mapping[EdgeKind, tuple[str, str]] = {
    EdgeKind.LOOKUP: ("slate", "looks up names"),
    EdgeKind.REQUEST: ("violet", "requests"),
    EdgeKind.STANDBY: ("violet", "requests, on failover"),
    EdgeKind.BUNDLE: ("amber", "files"),
    EdgeKind.ROUTE: ("violet", "requests"),
    EdgeKind.COUNT: ("red", "cache"),
    EdgeKind.CALL: ("indigo", "calls a service"),
    EdgeKind.SQL: ("green", "SQL"),
    EdgeKind.CACHE: ("red", "cache"),
    EdgeKind.UPLOAD: ("amber", "files"),
    EdgeKind.EGRESS: ("slate", "out of the platform"),
    EdgeKind.REPLICATION: ("teal", "copies"),
    EdgeKind.FILTER: ("violet", "requests"),
}
CALLEES = ("indigo", "teal", "pink", "amber", "blue", "green")
"""Of the lines to each callee."""

DASHED = frozenset({EdgeKind.STANDBY, EdgeKind.REPLICATION, EdgeKind.LOOKUP})

_GROUNDS = {
    "page": ("#ffffff", "#0d1117", "#d1d9e0", "#30363d"),
    "edge": ("#f7f5ff", "#141127", "#cfc3f5", "#3b2f6b"),
    "region": ("#f6f8fa", "#10151c", "#c3ccd5", "#3d444d"),
    "network": ("#ffffff", "#0d1117", "#b7c3cf", "#3d444d"),
    "cluster": ("#f2f7ff", "#0f1a2b", "#b6d3f7", "#1f4272"),
    "services": ("#ffffff", "#0d1117", "#b6d3f7", "#1f4272"),
    "data": ("#f1faf3", "#0e1f14", "#b3dfbe", "#1f5130"),
    "card": ("#ffffff", "#151b23", "#d1d9e0", "#3d444d"),
}
"""Fill on a light and on a dark page, and outline on each."""
_TEXTS = {"strong": ("#1f2328", "#f0f6fc"), "weak": ("#59636e", "#9198a1")}


def stylesheet() -> str:
    """Rules for a light page, and those that a dark one changes."""
    base = (
        f"text{{font-family:{FONT}}}.mono{{font-family:{MONO}}}"
        ".line{fill:none;stroke-width:1.6;stroke-linejoin:round}.dashed{stroke-dasharray:5 4}"
        ".thin{fill:none;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}"
        ".network,.outside{stroke-dasharray:6 4}.halo{paint-order:stroke;stroke-width:5;stroke-linejoin:round}"
    )
    dark = _rules(1)
    return f"{base}{_rules(0)}@media (prefers-color-scheme:dark){{{dark}}}"


def _rules(page: int) -> str:
    grounds = (f".{name}{{fill:{found[page]};stroke:{found[page + 2]}}}" for name, found in _GROUNDS.items())
    halos = (f".h-{name}{{stroke:{found[page]}}}" for name, found in _GROUNDS.items())
    hues = (f".s-{name}{{stroke:{found[page]}}}.f-{name}{{fill:{found[page]}}}" for name, found in HUES.items())
    texts = (f".{name}{{fill:{found[page]}}}" for name, found in _TEXTS.items())
    return "".join((*grounds, *halos, *hues, *texts))
