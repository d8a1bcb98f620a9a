"""Colours, on light and on dark pages; the picture has a ground of its own, so that it can be read on either."""

from collections.abc import Mapping

from analysis.diagram.graph import EdgeKind, NodeKind

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


_GLOBE = "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.5c4.6 4 4.6 9 0 13M8 1.5c-4.6 4-4.6 9 0 13"


_CYLINDER = "M2.5 4a5.5 2.2 0 1 0 11 0a5.5 2.2 0 1 0-11 0v8c0 3 11 3 11 0V4M2.5 8c0 3 11 3 11 0"


_HEXAGON = "M8 1.5l5.8 3.3v6.4L8 14.5l-5.8-3.3V4.8ZM2.4 5L8 8l5.6-3M8 8v6.3"


_PULSE = "M1.5 8.5h3l2-5 3 9 2-4h3"


ICONS: Mapping[NodeKind, str] = {
    NodeKind.BROWSER: "M1.5 3h13v10h-13ZM1.5 6h13M3.6 4.5h.2M5.6 4.5h.2",
    NodeKind.DNS: "M8 1.5v13M4 3.5h8l2 1.8-2 1.8H4ZM12 8.6H4.5l-2 1.7 2 1.7H12Z",
    NodeKind.CDN: _GLOBE,
    NodeKind.FIREWALL: "M8 1.5l5.5 2v4c0 3.5-2.4 5.8-5.5 7c-3.1-1.2-5.5-3.5-5.5-7v-4ZM5.5 8l1.9 1.9 3.2-3.6",
    NodeKind.BUNDLE: "M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5",
    NodeKind.BALANCER: "M8 2v4M8 6L3 11M8 6l5 5M8 6v5M1.8 12.5h2.4M6.8 12.5h2.4M11.8 12.5h2.4",
    NodeKind.GATEWAY: "M2.5 14V5.5C2.5 3 5 1.8 8 1.8s5.5 1.2 5.5 3.7V14M5.5 14V7.5M8 14V6M10.5 14V7.5",
    NodeKind.LIMITER: "M2.5 12.5a6.3 6.3 0 1 1 11 0M8 9.5l3-3.5M7.4 10.2h1.2",
    NodeKind.TELEMETRY: _PULSE,
    NodeKind.CORE: _HEXAGON,
    NodeKind.PLUGIN: _HEXAGON,
    NodeKind.POOLER: "M2 3h12L9.5 8.5V13l-3 1.2V8.5Z",
    NodeKind.DATABASE: _CYLINDER,
    NodeKind.CACHE: "M9 1.5L3 9h4.5L6.5 14.5L13 6.8H8.3Z",
    NodeKind.NAT: "M2 5.5h11M10 2.5l3 3-3 3M14 10.8H3M6 8l-3 2.8 3 2.8",
    NodeKind.BUCKET: "M2 4a6 2 0 1 0 12 0a6 2 0 1 0-12 0l1.6 9c.4 2 8.400 2 8.800 0L14 4",
    NodeKind.WATCH: _PULSE,
    NodeKind.OUTSIDE: _GLOBE,
}
"""The data of a path."""
