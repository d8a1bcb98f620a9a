"""The configuration of a provider resource: what is taken, what is refused, and what replaces the provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rehearsal.standins.kubernetes.api.kubeconfig import Cluster, parse
from rehearsal.standins.provider import Change, Difference, ProviderError
from rehearsal.standins.values import Map, Value, is_unknown, without_secrets

_TAKEN = frozenset(
    (
        "cluster",
        "clusterIdentifier",
        "context",
        "deleteUnreachable",
        "enableConfigMapMutable",
        "enablePatchForce",
        "enableSecretMutable",
        "enableServerSideApply",
        "kubeconfig",
        "namespace",
        "skipUpdateUnreachable",
        "suppressDeprecationWarnings",
        "suppressHelmHookWarnings",
        "upsertExistingObjects",
    )
)
_WHERE = ("kubeconfig", "context", "cluster")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A provider's configuration. patch_force: fields are taken from other managers; upsert: what exists is applied."""

    kubeconfig: str = field(default="", repr=False)
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    mutable_kinds: frozenset[str] = frozenset()
    delete_unreachable: bool = False
    patch_force: bool = False
    upsert: bool = False

    def find_cluster(self) -> Cluster:
        """The cluster to talk to. The machine's own kubeconfig is never used: it may lead to a real cluster."""
        if not self.kubeconfig:
            raise ProviderError("no kubeconfig is given to the Kubernetes provider, or it is not known yet")
        return parse(self.kubeconfig, self.context or None, self.cluster or None)


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Settings from the engine's configuration variables (`kubernetes:config:namespace`)."""
    values = {key.rpartition(":")[2]: text for key, text in variables.items() if not is_unknown(text)}
    options = (("ConfigMap", "enableConfigMapMutable"), ("Secret", "enableSecretMutable"))
    return Settings(
        kubeconfig=values.get("kubeconfig", ""),
        context=values.get("context", ""),
        cluster=values.get("cluster", ""),
        namespace=values.get("namespace", ""),
        mutable_kinds=frozenset(kind for kind, option in options if values.get(option) == "true"),
        delete_unreachable=values.get("deleteUnreachable") == "true",
        patch_force=values.get("enablePatchForce") == "true",
        upsert=values.get("upsertExistingObjects") == "true",
    )


def refusals(news: Map) -> Iterator[tuple[str, str]]:
    """What the configuration asks for and the stand-in does not do, as (property, reason)."""
    for key, value in without_secrets(news).items():
        if key not in _TAKEN and not key.startswith("__") and key not in {"version", "pluginDownloadURL"}:
            yield key, f"{key} is not taken by the stand-in provider; it takes {', '.join(sorted(_TAKEN))}"
        if key == "enableServerSideApply" and str(value).lower() == "false":
            yield key, "the stand-in provider knows server-side apply only; leave it enabled"


def difference(olds: Map, news: Map) -> Difference:
    """What has changed. Another cluster replaces the provider, and with it everything in the cluster."""
    old, new = without_secrets(olds), without_secrets(news)
    changed = [key for key in sorted({**old, **new}) if old.get(key) != new.get(key)]
    before, after = old.get("clusterIdentifier"), new.get("clusterIdentifier")
    replacing: set[str] = set()
    if before and after:
        replacing = {"clusterIdentifier"} if before != after else set()
    elif _moves(old, new):
        replacing = set(_WHERE)
    changes = {
        key: _change(key, old, new, replaces=key in replacing)
        for key in changed
        if key != "clusterIdentifier" or before
    }
    return Difference(changes=changes)


def _moves(old: Map, new: Map) -> bool:
    if any(is_unknown(new.get(key)) for key in _WHERE):
        return True
    before, after = _server(old), _server(new)
    return bool(before and after and before != after)


def _server(values: Map) -> Value:
    try:
        settings = read_settings({key: text for key, text in values.items() if isinstance(text, str)})
        return settings.find_cluster().server
    except ProviderError:
        return None


def _change(key: str, old: Map, new: Map, *, replaces: bool) -> Change:
    kind = "ADD" if key not in old else "DELETE" if key not in new else "UPDATE"
    return Change(f"{kind}_REPLACE" if replaces else kind)
