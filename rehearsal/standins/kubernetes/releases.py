"""Helm releases: recorded in the state, not installed."""

from __future__ import annotations

from rehearsal.standins.kubernetes.objects.compare import changes, written
from rehearsal.standins.provider import Change, Difference, Resource
from rehearsal.standins.values import UNKNOWN, Map, Secret, without_secrets

TYPE = "kubernetes:helm.sh/v3:Release"
NOTICE = "the stand-in provider records this Helm release; nothing is installed"


def check(resource: Resource, olds: Map, news: Map, namespace: str) -> Map:
    """The release's inputs with a name and a namespace."""
    name = news.get("name") or without_secrets(olds).get("name") or resource.proposed_name or resource.name
    given = {key: item for key, item in news.items() if item is not None}
    return {**given, "name": name, "namespace": news.get("namespace") or namespace}


def diff(state: Map, news: Map) -> Difference:
    """What has changed in the release."""
    old = without_secrets(state.get("__inputs") or {})
    found: dict[str, Change] = {}
    for path, change in changes(old, without_secrets(news)):
        replaces = path[0] in {"name", "namespace"}
        found[written(path)] = Change(f"{change.value}_REPLACE") if replaces else change
    return Difference(changes=found)


def outputs(inputs: Map, revision: int, *, preview: bool) -> Map:
    """What the real provider would tell of the release, as far as it is known without installing it."""
    plain = without_secrets(inputs)
    status = {
        "chart": str(plain.get("chart", "")).rstrip("/").rpartition("/")[2],
        "name": plain["name"],
        "namespace": plain["namespace"],
        "revision": revision,
        "status": "deployed",
        "version": plain.get("version") or "",
    }
    more = {"status": UNKNOWN} if preview else {"status": status, "resourceNames": {}}
    return {**inputs, **more, "__inputs": Secret(inputs)}
