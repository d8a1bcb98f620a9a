"""Helm releases: installed where their chart is at hand, else recorded in the state."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.standins.kubernetes import charts
from rehearsal.standins.kubernetes.api.cluster import Connection
from rehearsal.standins.kubernetes.objects.compare import changes, written
from rehearsal.standins.kubernetes.objects.objects import dig
from rehearsal.standins.protocol import EngineLog
from rehearsal.standins.provider import Change, Difference, ProviderError, Resource, State
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
    if not (found or state.get("resourceNames")) and charts.find(without_secrets(news)):
        found["resourceNames"] = Change.UPDATE  # it was only recorded when its chart was not at hand
    return Difference(changes=found)


def outputs(inputs: Map, revision: int, names: Mapping[str, list[str]], *, preview: bool) -> Map:
    """What the real provider tells of the release. names: of its objects, none where nothing is installed."""
    plain = without_secrets(inputs)
    status = {
        "chart": str(plain.get("chart", "")).rstrip("/").rpartition("/")[2],
        "name": plain["name"],
        "namespace": plain["namespace"],
        "revision": revision,
        "status": "deployed",
        "version": plain.get("version") or "",
    }
    more = {"status": UNKNOWN} if preview else {"status": status, "resourceNames": dict(names)}
    return {**inputs, **more, "__inputs": Secret(inputs)}


class Releases:
    """Releases in one cluster: those of charts at hand are installed, others recorded."""

    def __init__(self, connection: Connection, log: EngineLog) -> None:
        self._connection, self._log = connection, log

    def create(self, resource: Resource, inputs: Map) -> State:
        """Installs it. Raises ProviderError; of an atomic one nothing is left then but its hooks."""
        if resource.preview:
            return State(identity="", properties=outputs(inputs, 1, {}, preview=True))
        plain = without_secrets(inputs)
        chart = charts.find(plain)
        names: Mapping[str, list[str]] = {}
        if chart is None:
            self._log.warning(resource.urn, NOTICE)
        else:
            rendered = chart.render(plain)
            try:
                names = self._installer(plain).apply(rendered, {}, first=True)
            except ProviderError as error:
                raise ProviderError(self._undone(plain, rendered, error)) from None
        return State(
            identity=f"{plain['namespace']}/{plain['name']}", properties=outputs(inputs, 1, names, preview=False)
        )

    def update(self, resource: Resource, state: Map, news: Map) -> Map:
        """Brings it to its new values. Raises ProviderError; an atomic one is as it was then."""
        old, plain = without_secrets(state), without_secrets(news)
        revision = int(dig(old, "status", "revision") or 0) + 1
        names: Mapping[str, list[str]] = old.get("resourceNames") or {}
        chart = charts.find(plain)
        if resource.preview or chart is None:
            return outputs(news, revision, names, preview=resource.preview)
        try:
            names = self._installer(plain).apply(chart.render(plain), names, first=not names)
        except ProviderError as error:
            before = charts.find(old.get("__inputs") or {})
            if not (plain.get("atomic") and before and names):
                raise ProviderError(f"release {plain['name']} failed: {error}") from None
            self._installer(plain).apply(before.render(old["__inputs"]), names, first=False)
            said = f"release {plain['name']} failed, and has been rolled back due to atomic being set: {error}"
            raise ProviderError(said) from None
        return outputs(news, revision, names, preview=False)

    def delete(self, state: Map) -> None:
        """Removes its objects; hooks stay, as Helm leaves them."""
        plain = without_secrets(state)
        if names := plain.get("resourceNames"):
            self._installer(plain).remove(names)

    def _undone(self, plain: Map, rendered: charts.Rendered, error: ProviderError) -> str:
        if not plain.get("atomic"):
            return f"release {plain['name']} failed: {error}"
        self._installer(plain).withdraw(rendered)
        return f"release {plain['name']} failed, and has been uninstalled due to atomic being set: {error}"

    def _installer(self, plain: Map) -> charts.Installer:
        seconds = float(plain.get("timeout") or charts.SECONDS)
        return charts.Installer(api=self._connection.api(), namespace=str(plain["namespace"]), seconds=seconds)
