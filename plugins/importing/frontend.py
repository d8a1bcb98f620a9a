"""What a manifest says of its frontend, as fields of an entry."""

import re
from pathlib import PurePosixPath
from typing import Any, get_args

from planning.inputs.field_types import BUNDLE_PATTERN, MAX_ROUTE, ROUTE_PATTERN
from planning.inputs.registry.frontend import Permission
from plugins.importing.manifest_reader import ManifestReader


def import_frontend(frontend: ManifestReader, reading: ManifestReader, *, name: str) -> dict[str, Any]:
    """Bundle, routes and menu entry. reading: the whole manifest, whose display name may stand in for a label."""
    stated = frontend.text("entry", limit=400)
    bundle = PurePosixPath(stated or "").name
    if not re.fullmatch(BUNDLE_PATTERN, bundle):
        if stated:
            frontend.fault("entry", stated, "doesn't end in the name of a .js file")
        bundle = f"{name}.js"
        frontend.decided("frontend.bundle", bundle, "made from the name")
    routes: dict[str, None] = {}
    for route in frontend.texts("routes"):
        if not 0 < len(route) <= MAX_ROUTE or not re.fullmatch(ROUTE_PATTERN, route):
            frontend.fault("routes", route, "is no plain path (a * only as the last part): left out")
        elif route in routes:
            frontend.fault("routes", route, "stands twice: kept once")
        else:
            routes[route] = None
    why = "no manifest says whom its pages ask: name the hosts, or browsers refuse them (docs/site.md)"
    frontend.decided("frontend.connect, frame, style and font", "none", why)
    found = {
        "bundle": bundle,
        "routes": list(routes),
        "navigation": _navigation(frontend, reading),
        "permissions": _permissions(reading),
    }
    return {key: value for key, value in found.items() if value}


def _permissions(reading: ManifestReader) -> list[str]:
    """What of the device it asks for."""
    permissions = reading.part("permissions")
    found: dict[str, None] = {}
    for stated in permissions.texts("browser") if permissions else ():
        if stated in get_args(Permission):
            found[stated] = None
        else:
            reading.fault("permissions.browser", stated, f"is none of {', '.join(get_args(Permission))}: left out")
    return list(found)


def _navigation(frontend: ManifestReader, reading: ManifestReader) -> dict[str, Any] | None:
    navigation = frontend.part("navigation")
    if navigation is None:
        return None
    found: dict[str, Any] = {"label": navigation.label("label"), "icon": navigation.label("icon")}
    found["order"] = navigation.whole_number("order", 0, 10_000)
    found["group"] = navigation.label("group")
    if not found["label"]:
        found["label"] = reading.label("displayName")
        if not found["label"]:
            navigation.fault("label", "", "is missing: no menu entry")
            return None
        navigation.decided("frontend.navigation.label", found["label"], "the display name, as the menu has no label")
    return {key: value for key, value in found.items() if value is not None}
