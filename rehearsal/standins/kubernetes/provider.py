"""The provider: what the engine asks, answered with the API server's help or without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.standins.kubernetes import releases, settings
from rehearsal.standins.kubernetes.api import dry_runs
from rehearsal.standins.kubernetes.api.client import ApiError
from rehearsal.standins.kubernetes.api.cluster import Api, Connection
from rehearsal.standins.kubernetes.api.kinds import Scopes, UnknownKindError
from rehearsal.standins.kubernetes.objects import naming, states
from rehearsal.standins.kubernetes.objects.compare import changes, pruned, written
from rehearsal.standins.kubernetes.objects.normalize import normalize
from rehearsal.standins.kubernetes.objects.objects import (
    DEFINITION,
    annotation,
    dig,
    group_kind,
    identity,
    items,
    kind_of,
    to_api,
    to_state,
    with_secrets,
)
from rehearsal.standins.kubernetes.objects.ownership import field_manager
from rehearsal.standins.kubernetes.replacement import immutable_fields, needs_new
from rehearsal.standins.kubernetes.waits.texts import created_badly, failed, not_created
from rehearsal.standins.kubernetes.waits.waits import Unready, deadline, skips_deletion
from rehearsal.standins.protocol import EngineLog
from rehearsal.standins.provider import (
    Change,
    Checked,
    Difference,
    PartialFailure,
    ProviderError,
    Resource,
    State,
)
from rehearsal.standins.values import Map, has_unknown

_PROPAGATION = {"orphan": "Orphan", "background": "Background"}
_READ_WAITS = frozenset((("", "Service"), ("apps", "Deployment"), ("batch", "Job")))
_OTHER_WAITS = frozenset(  # kinds that the real provider waits for in its own way, and that the program makes none of
    (
        ("", "PersistentVolume"),
        ("", "PersistentVolumeClaim"),
        ("", "Pod"),
        ("", "ReplicationController"),
        ("apps", "DaemonSet"),
        ("apps", "StatefulSet"),
        ("networking.k8s.io", "Ingress"),
    )
)


class KubernetesProvider:
    """Kubernetes resources as the real provider makes, compares, waits for and keeps them.

    Its behaviour is taken from its public source, as of 4.32.0 and the month after; docstrings name the files. What it
    says to the user is said in its words where people look for them.
    """

    name = "kubernetes"
    version = "4.34.2"

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._settings = settings.Settings()
        self._connection = Connection(self._settings)
        self._scopes = Scopes()

    # --- the provider itself ---

    def check_config(self, olds: Map, news: Map) -> Checked:  # noqa: ARG002  (the protocol's)
        """Refuse what the stand-in does not do."""
        return Checked(inputs=news, failures=tuple(settings.refusals(news)))

    def diff_config(self, olds: Map, news: Map) -> Difference:
        """Compare two configurations."""
        return settings.difference(olds, news)

    def configure(self, variables: Mapping[str, str], args: Map) -> None:  # noqa: ARG002  (the protocol's)
        """Take the configuration; nothing is connected to yet."""
        self._settings = settings.read_settings(variables)
        self._connection = Connection(self._settings)

    def invoke(self, token: str, args: Map) -> Map:  # noqa: ARG002  (the protocol's)
        """Refuse: charts and YAML files are read by the real provider only."""
        raise ProviderError(f"the stand-in provider has no function {token}; declare the objects one by one")

    def cancel(self) -> None:
        """Give up all waiting."""
        self._connection.stop()

    # --- resources ---

    def check(self, resource: Resource, olds: Map, news: Map) -> Checked:
        """Complete the inputs: name, namespace, encoded texts of a Secret."""
        namespace = self._settings.namespace or "default"
        if resource.type == releases.TYPE:
            return Checked(inputs=releases.check(resource, olds, news, namespace))
        obj: Map = {key: item for key, item in news.items() if item is not None}
        version, kind = kind_of(obj)
        if not version or not kind:
            return Checked(inputs=obj, failures=(("kind", "apiVersion and kind must both be given"),))
        if resource.type.endswith((f"{kind}Patch", f"{kind}List")):
            reason = f"{resource.type} is not taken by the stand-in provider; declare the objects themselves"
            return Checked(inputs=obj, failures=(("kind", reason),))
        if group_kind(obj) in _OTHER_WAITS:
            reason = f"the stand-in provider does not know how the real one waits for {kind}; teach it first"
            return Checked(inputs=obj, failures=(("kind", reason),))
        if group_kind(obj) == DEFINITION:
            self._scopes.define(obj)
        obj = naming.with_name(resource, olds, obj)
        obj = naming.with_namespace(olds, obj, namespace, namespaced=self._is_namespaced(obj))
        if has_unknown(obj):
            return Checked(inputs=obj)
        return Checked(inputs=with_secrets(to_state(normalize(to_api(obj))), news))

    def diff(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Difference:  # noqa: ARG002
        """Compare the object as it was last seen, in what its inputs named, with what is asked for now."""
        if resource.type == releases.TYPE:
            return releases.diff(state, news)
        plain = to_api(state)
        asked = normalize(plain.pop("__inputs", None) or {})
        old, new = pruned(plain, asked), normalize(to_api(news))
        for obj in (old, new):
            obj["metadata"] = {"namespace": "default", **(obj.get("metadata") or {})}
        fields = immutable_fields(new, self._settings.mutable_kinds)
        found: dict[str, Change] = {}
        for path, change in changes(old, new):
            value = _at(old if change is Change.DELETE else new, path)
            replaces = needs_new(path, value, fields)
            found[written(path)] = Change(f"{change.value}_REPLACE") if replaces else change
        same = all(dig(old, "metadata", key) == dig(new, "metadata", key) for key in ("name", "namespace"))
        return Difference(changes=found, delete_before_replace=same and not naming.is_autonamed(new))

    def create(self, resource: Resource, inputs: Map) -> State:
        """Create the object and wait until it is ready."""
        if resource.type == releases.TYPE:
            return releases.Releases(self._connection, self._log).create(resource, inputs)
        obj = to_api(inputs)
        manager = field_manager({}, obj)
        if resource.preview:
            self._foresee(resource, obj, manager, exists=False)
            return State(identity="", properties=states.foretold(inputs))
        api = self._connection.api()
        try:
            live = api.create(obj, manager)
        except ApiError as error:
            raise ProviderError(not_created(resource.urn, error)) from None
        live, unready = self._settled(api, obj, live, resource.timeout)
        properties = states.checkpoint(live, inputs, manager)
        if unready:
            raise _partly(identity(live), properties, created_badly(resource.urn), unready)
        return State(identity=identity(live), properties=properties)

    def update(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Map:  # noqa: ARG002
        """Apply the object anew and wait until it is ready. What was asked for is kept also where it was refused."""
        if resource.type == releases.TYPE:
            return releases.Releases(self._connection, self._log).update(resource, state, news)
        obj = normalize(to_api(news))
        manager = field_manager(state, obj)
        if resource.preview:
            self._foresee(resource, obj, manager, exists=True)
            return states.foretold_update(state, news)
        api = self._connection.api()
        try:
            _, live = api.update(obj, manager)
            live, unready = self._settled(api, obj, live, resource.timeout)
        except ApiError as error:
            found = api.waiter.read(obj)
            if found is None:
                raise ProviderError(f'update of resource "{resource.urn}" failed: {error}') from None
            live, unready = found, Unready(text=str(error))
        properties = states.checkpoint(live, news, manager)
        if unready:
            raise _partly(identity(live), properties, failed(live), unready)
        return properties

    def read(self, resource: Resource, state: Map, inputs: Map) -> State:
        """The object as it is; what has drifted shows in the inputs."""
        if resource.type == releases.TYPE:
            return State(identity=resource.identity, properties=state, inputs=inputs)
        api = self._connection.reachable()
        if api is None:
            if self._settings.delete_unreachable:
                return State(identity="")
            raise ProviderError(f"the cluster cannot be read: {self._connection.why}")
        wanted = to_api(inputs)
        live = api.waiter.read(_reference(resource, wanted or to_api(state)))
        if live is None:
            return State(identity="")
        seen = pruned(live, normalize(wanted)) if wanted else states.inputs_of(live)
        seen = with_secrets(to_state(seen), inputs)
        properties = states.checkpoint(live, seen, field_manager(state, wanted))
        waits = group_kind(live) in _READ_WAITS and annotation(wanted, "skipAwait") != "true"
        unready = api.waiter.now(live) if waits and wanted else None
        if unready:
            raise PartialFailure(resource.identity, properties, [unready.text, *unready.parts], seen)
        return State(identity=resource.identity, properties=properties, inputs=seen)

    def delete(self, resource: Resource, state: Map) -> None:
        """Delete the object and wait until it is gone."""
        if self._settings.delete_unreachable and self._connection.reachable() is None:
            return
        if resource.type == releases.TYPE:
            releases.Releases(self._connection, self._log).delete(state)
            return
        api = self._connection.api()
        inputs = to_api(state.get("__inputs") or {})
        obj = _reference(resource, to_api(state))
        until = deadline(resource.timeout, inputs)
        policy = (annotation(inputs, "deletionPropagationPolicy") or "").lower()
        if not api.delete(obj, _PROPAGATION.get(policy, "Foreground")) or skips_deletion(inputs):
            return
        left = api.waiter.gone(obj, until)
        if left:
            held = ", ".join(str(one) for one in items(left, "metadata", "finalizers"))
            self._log.warning(resource.urn, f"finalizers might be preventing deletion ({held})")
            raise ProviderError("timed out waiting for the condition")
        if group_kind(obj) == DEFINITION:
            api.kinds.forget()

    # --- helpers ---

    def _is_namespaced(self, obj: Map) -> bool | None:
        known = self._scopes.is_namespaced(obj)
        if known is not None or has_unknown(obj.get("apiVersion")):
            return known
        api = self._connection.reachable()
        try:
            return api.kinds.find(obj).namespaced if api else None
        except UnknownKindError:
            return None

    def _foresee(self, resource: Resource, obj: Map, manager: str, *, exists: bool) -> None:
        """A dry run, where there is an API server to ask and all of the object is known."""
        api = None if has_unknown(obj) else self._connection.reachable()
        try:
            if api:
                dry_runs.try_out(api, resource.urn, obj, manager, exists=exists)
        except UnknownKindError as error:
            self._log.info(resource.urn, f"not validated yet: {error}")

    def _settled(self, api: Api, obj: Map, live: Map, timeout: float) -> tuple[Map, Unready | None]:
        """The object once it is ready, or with why it is not."""
        if group_kind(obj) == DEFINITION:
            api.kinds.forget()
        if annotation(obj, "skipAwait") == "true":
            return live, None
        return api.waiter.ready(live, deadline(timeout, obj))


def _partly(found: str, properties: Map, start: str, unready: Unready) -> PartialFailure:
    return PartialFailure(found, properties, [f"{start} {unready.text}", *unready.parts])


def _reference(resource: Resource, obj: Map) -> Map:
    """Enough of the object to find it: its kind, and its name as the id has it."""
    namespace, _, name = resource.identity.rpartition("/")
    _, group_version, kind = resource.type.split(":")
    return {
        "apiVersion": obj.get("apiVersion") or group_version.removeprefix("core/"),
        "kind": obj.get("kind") or kind,
        "metadata": {"name": name, "namespace": namespace},
    }


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value
