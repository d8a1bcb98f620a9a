"""The provider: what the engine asks, answered with the API server's help or without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.standins.kubernetes import naming, releases, settings, states
from rehearsal.standins.kubernetes.client import ApiError
from rehearsal.standins.kubernetes.cluster import Api, Connection
from rehearsal.standins.kubernetes.compare import changes, observed, written
from rehearsal.standins.kubernetes.kinds import Scopes, UnknownKindError
from rehearsal.standins.kubernetes.normalize import complete, normalize
from rehearsal.standins.kubernetes.objects import (
    annotation,
    dig,
    group_kind,
    identity,
    kind_of,
    to_api,
    to_state,
    with_secrets,
)
from rehearsal.standins.kubernetes.ownership import field_manager
from rehearsal.standins.kubernetes.replacement import immutable_fields, needs_new
from rehearsal.standins.kubernetes.waits import deadline
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
from rehearsal.standins.values import Map, has_unknown, without_secrets

_DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")
_FOREGROUND = {"orphan": "Orphan", "background": "Background"}


class KubernetesProvider:
    """Kubernetes resources by server-side apply; state as the real provider 4.x keeps it."""

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
        if group_kind(obj) == _DEFINITION:
            self._scopes.define(obj)
        obj = naming.with_name(resource, olds, obj)
        obj = naming.with_namespace(olds, obj, namespace, namespaced=self._is_namespaced(obj))
        return Checked(inputs=with_secrets(complete(obj), news))

    def diff(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Difference:
        """Compare the inputs of then, as last seen in the cluster, with those of now."""
        if resource.type == releases.TYPE:
            return releases.diff(state, news)
        old = normalize(to_api(old_inputs or without_secrets(state.get("__inputs") or {})))
        new = normalize(to_api(news))
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
            return self._record_release(resource, inputs)
        obj = to_api(inputs)
        manager = field_manager(resource.urn)
        if resource.preview:
            self._validate(resource, obj, manager, exists=False)
            return State(identity="", properties=states.foretold(inputs))
        until = deadline(resource.timeout, obj)
        api = self._connection.api()
        try:
            live = api.create(obj, manager, until)
        except ApiError as error:
            raise ProviderError(f"{_title(obj)} was not created: {error}") from None
        properties = self._settle(api, obj, live, given=inputs, manager=manager, until=until)
        return State(identity=identity(live), properties=properties)

    def update(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Map:  # noqa: ARG002
        """Apply the object anew and wait until it is ready; one that has gone missing is created again."""
        if resource.type == releases.TYPE:
            revision = int(dig(without_secrets(state), "status", "revision") or 0) + 1
            return releases.outputs(news, revision, preview=resource.preview)
        obj = to_api(news)
        manager = state.get("__fieldManager") or field_manager(resource.urn)
        if resource.preview:
            self._validate(resource, obj, manager, exists=True)
            return states.foretold_update(state, news)
        until = deadline(resource.timeout, obj)
        api = self._connection.api()
        try:
            live = api.apply(obj, manager)
        except ApiError as error:
            raise ProviderError(f"{_title(obj)} was not updated: {error}") from None
        return self._settle(api, obj, live, given=news, manager=manager, until=until)

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
        try:
            live = api.waiter.read(_reference(resource, wanted or to_api(state)))
        except UnknownKindError:
            live = None
        if live is None:
            return State(identity="")
        seen = observed(wanted, live) if wanted else states.inputs_of(live)
        seen = with_secrets(to_state(seen), inputs)
        manager = state.get("__fieldManager") or field_manager(resource.urn)
        properties = states.checkpoint(live, seen, manager)
        problems = [] if annotation(wanted, "skipAwait") == "true" or not wanted else api.waiter.now(live)
        if problems:
            raise PartialFailure(resource.identity, properties, problems, seen)
        return State(identity=resource.identity, properties=properties, inputs=seen)

    def delete(self, resource: Resource, state: Map) -> None:
        """Delete the object and wait until it is gone."""
        if resource.type == releases.TYPE:
            return
        if self._settings.delete_unreachable and self._connection.reachable() is None:
            return
        api = self._connection.api()
        inputs = to_api(state.get("__inputs") or {})
        obj = _reference(resource, to_api(state))
        until = deadline(resource.timeout, inputs)
        policy = (annotation(inputs, "deletionPropagationPolicy") or "").lower()
        if not api.delete(obj, _FOREGROUND.get(policy, "Foreground")):
            return
        if annotation(inputs, "skipAwait") != "true":
            api.waiter.gone(obj, until)
        if group_kind(obj) == _DEFINITION:
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

    def _record_release(self, resource: Resource, inputs: Map) -> State:
        properties = releases.outputs(inputs, 1, preview=resource.preview)
        if resource.preview:
            return State(identity="", properties=properties)
        self._log.warning(resource.urn, releases.NOTICE)
        plain = without_secrets(inputs)
        return State(identity=f"{plain['namespace']}/{plain['name']}", properties=properties)

    def _validate(self, resource: Resource, obj: Map, manager: str, *, exists: bool) -> None:
        """Have the API server check the object by a dry run, where there is one and all of it is known."""
        api = None if has_unknown(obj) else self._connection.reachable()
        if api is None:
            return
        try:
            if not exists and api.waiter.read(obj) is not None:
                return  # it is to be replaced, or adopted or refused at creation: a dry run would compare the two
            api.apply(obj, manager, dry_run=True)
        except UnknownKindError as error:
            self._log.info(resource.urn, f"not validated yet: {error}")
        except ApiError as error:
            if error.status == 404 and not exists and dig(obj, "metadata", "namespace") not in {None, "default"}:
                self._validate(resource, _moved(obj, "default"), manager, exists=exists)
            elif error.status not in {403, 404}:  # what admission refuses may be allowed once others exist
                raise ProviderError(f"{_title(obj)} would be refused: {error}") from None

    def _settle(self, api: Api, obj: Map, live: Map, *, given: Map, manager: str, until: float) -> Map:
        """Wait for the applied object; the state to keep, or PartialFailure with it and the reasons."""
        reasons: list[str] = []
        if annotation(obj, "skipAwait") != "true":
            live, reasons = api.waiter.ready(live, until)
        if group_kind(obj) == _DEFINITION:
            api.kinds.forget()
        properties = states.checkpoint(live, given, manager)
        if reasons:
            first = f"{_title(obj)} exists but is not ready: {reasons[0]}"
            raise PartialFailure(identity(live), properties, [first, *reasons[1:]])
        return properties


def _title(obj: Map) -> str:
    version, kind = kind_of(obj)
    return f"{version}/{kind} {identity(obj)}"


def _reference(resource: Resource, obj: Map) -> Map:
    """Enough of the object to find it: its kind, and its name as the id has it."""
    namespace, _, name = resource.identity.rpartition("/")
    _, group_version, kind = resource.type.split(":")
    return {
        "apiVersion": obj.get("apiVersion") or group_version.removeprefix("core/"),
        "kind": obj.get("kind") or kind,
        "metadata": {"name": name, "namespace": namespace},
    }


def _moved(obj: Map, namespace: str) -> Map:
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value
