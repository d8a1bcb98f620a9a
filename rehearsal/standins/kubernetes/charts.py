"""Charts that are at hand, rendered by Helm's own library, and put into a cluster as Helm does it.

Helm 3 (pkg/action/install.go, upgrade.go, hooks.go, uninstall.go): hooks before and after, one by one, each Job waited
for; what a new version leaves out is deleted; a failed installation of an atomic release is taken away again, a failed
update is undone.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rehearsal.standins.kubernetes.api.client import APPLY, ApiError
from rehearsal.standins.kubernetes.api.cluster import Api
from rehearsal.standins.kubernetes.objects.objects import dig, group_kind, identity
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

VARIABLE = "NAAP_CHARTS"
"""Names a JSON file: `NAME@VERSION` of a chart -> its folder, and the program that renders one. Without it, or for a
chart that is not in it, a release is only recorded."""

_HOOK = "helm.sh/hook"
_MANAGER = "helm"
SECONDS = 300
"""Helm's own time limit where a release states none."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """renderer: `renderer FOLDER RELEASE NAMESPACE <values`, which prints YAML."""

    folder: str
    renderer: str

    def render(self, release: Map) -> Rendered:
        """What a release's values make of it. Raises ProviderError with what Helm says."""
        words = [self.renderer, self.folder, release["name"], release["namespace"]]
        given = json.dumps(release.get("values") or {})
        done = subprocess.run(words, input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ProviderError(f"chart {release['chart']} can't be rendered: {done.stderr.strip()[-800:]}")
        found = [document for document in yaml.safe_load_all(done.stdout) if document]
        hooks = [document for document in found if dig(document, "metadata", "annotations", _HOOK)]
        return Rendered(hooks=hooks, objects=[_owned(one, release) for one in found if one not in hooks])


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """Objects in the order in which they are made."""

    hooks: list[Map]
    objects: list[Map]

    def at(self, moment: str) -> list[Map]:
        """Hooks of a moment, as pre-install, by their weights."""
        due = [one for one in self.hooks if moment in _annotation(one, _HOOK).replace(" ", "").split(",")]
        return sorted(due, key=lambda one: int(_annotation(one, "helm.sh/hook-weight") or 0))


def find(release: Map) -> Chart | None:
    """The release's chart, whatever registry it comes from; None: it is not at hand."""
    file = Path(os.environ.get(VARIABLE) or "/nonexistent")
    if not file.is_file():
        return None
    known: Mapping[str, Mapping[str, str]] = json.loads(file.read_text())
    name = str(release.get("chart", "")).rstrip("/").rpartition("/")[2]
    found = known.get(f"{name}@{release.get('version')}")
    return Chart(**found) if found else None


@dataclass(frozen=True, kw_only=True)
class Installer:
    """Installs, updates and removes releases of charts at hand in one cluster."""

    api: Api
    namespace: str
    seconds: float = field(default=SECONDS)

    def apply(self, rendered: Rendered, kept: Mapping[str, list[str]], *, first: bool) -> Mapping[str, list[str]]:
        """Brings the cluster to it; gives the names of what is there. kept: of what was. Raises ProviderError."""
        until = time.monotonic() + self.seconds
        moment = "install" if first else "upgrade"
        self._hooks(rendered.at(f"pre-{moment}"), until)
        live = [self._put(one) for one in rendered.objects]
        names = _names(live)
        self.remove({kind: [one for one in old if one not in names.get(kind, ())] for kind, old in kept.items()})
        for one in live:
            self._wait(one, until)
        self._hooks(rendered.at(f"post-{moment}"), until)
        return names

    def remove(self, names: Mapping[str, list[str]]) -> None:
        """Deletes objects by their kinds and names, and does not wait, as Helm doesn't."""
        for kind, found in names.items():
            name, _, version = kind.partition("/")
            for one in found:
                space, _, own = one.rpartition("/")
                metadata = {"name": own, "namespace": space}
                obj = {"apiVersion": version, "kind": name.partition(".")[0], "metadata": metadata}
                self.api.delete(obj, "Background")

    def withdraw(self, rendered: Rendered) -> None:
        """Deletes what of it is there."""
        self.remove(_names(self._placed(one) for one in rendered.objects))

    def _hooks(self, hooks: Iterable[Map], until: float) -> None:
        for hook in hooks:
            placed = self._placed(hook)
            # A hook that states no policy is deleted before it runs anew.
            if _annotation(hook, "helm.sh/hook-delete-policy") in ("", "before-hook-creation"):
                self.api.delete(placed, "Background")
                self.api.waiter.gone(placed, until)
            self._wait(self._put(hook), until)

    def _put(self, obj: Map) -> Map:
        placed = self._placed(obj)
        query = {"fieldManager": _MANAGER, "force": "true"}
        try:
            return self.api.client.request("PATCH", self.api.kinds.path(placed), placed, content=APPLY, query=query)
        except ApiError as error:
            raise ProviderError(f"{obj['kind']} {identity(placed)}: {error}") from None

    def _wait(self, live: Map, until: float) -> None:
        if group_kind(live) not in {("apps", "Deployment"), ("batch", "Job")}:
            return
        _, unready = self.api.waiter.ready(live, until)
        if unready:
            raise ProviderError("; ".join([f"{live['kind']} {identity(live)}: {unready.text}", *unready.parts]))

    def _placed(self, obj: Map) -> Map:
        """Helm gives namespaced objects that state none the release's."""
        if not self.api.kinds.find(obj).namespaced:
            return obj
        return {**obj, "metadata": {"namespace": self.namespace, **obj["metadata"]}}


def _owned(obj: Map, release: Map) -> Map:
    """With the marks by which Helm knows what is its own."""
    metadata: Map = obj["metadata"]
    labels: Map = {**(metadata.get("labels") or {}), "app.kubernetes.io/managed-by": "Helm"}
    marks = {f"meta.helm.sh/release-{key}": release[key] for key in ("name", "namespace")}
    annotations: Map = {**(metadata.get("annotations") or {}), **marks}
    return {**obj, "metadata": {**metadata, "labels": labels, "annotations": annotations}}


def _names(live: Iterable[Map]) -> dict[str, list[str]]:
    """By kind, group and version, as the real provider's `resourceNames`."""
    found: dict[str, list[str]] = {}
    for obj in live:
        group, kind = group_kind(obj)
        found.setdefault(f"{kind}.{group}/{obj['apiVersion']}" if group else f"{kind}/{obj['apiVersion']}", []).append(
            identity(obj)
        )
    return found


def _annotation(obj: Map, name: str) -> str:
    found: Any = dig(obj, "metadata", "annotations", name)
    return str(found) if found else ""
