"""Waiting for objects to be ready or gone, as the real provider does: as long as the time-out says, not shorter.

Watches wake the wait: nothing is polled but what the real provider polls as well. In one thing it is simpler: a Job's
time-out runs from its creation, not anew from each of its events.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from rehearsal.standins.kubernetes.api.client import ApiError, Client
from rehearsal.standins.kubernetes.api.kinds import Kinds, UnknownKindError
from rehearsal.standins.kubernetes.objects.objects import annotation, dig, group_kind, items
from rehearsal.standins.kubernetes.waits import readiness
from rehearsal.standins.kubernetes.waits.reasons import pod_reasons
from rehearsal.standins.values import Map

DEFAULT_TIMEOUT = 600.0  # seconds; provider/pkg/await/await.go, for every kind
QUOTA_TIMEOUT = 60.0  # seconds, whatever the resource states; provider/pkg/await/awaiters.go
SETTLED = 10.0  # seconds without a change of its endpoints after which a Service is looked at
WATCH = 30.0  # seconds of one watch; then the object is read again, should an event have been lost
SOON = 1.0  # seconds until another look where what is missing is not the object's own to tell

_SKIPPED_DELETIONS = frozenset(  # provider/pkg/metadata/overrides.go (allowsSkipAwaitWithDelete)
    (("", "Namespace"), ("apps", "Deployment"), ("batch", "Job"))
)


@dataclass(frozen=True, kw_only=True)
class Unready:
    """Why a wait ended without its object being ready: in a sentence, and in its parts."""

    text: str
    parts: tuple[str, ...] = ()


def deadline(timeout: float, inputs: Map) -> float:
    """Until when to wait (monotonic): by the resource's custom timeout, else its annotation, else 10 minutes."""
    text = annotation(inputs, "timeoutSeconds") or ""
    return time.monotonic() + (timeout or (float(text) if text.isdecimal() else DEFAULT_TIMEOUT))


def skips_deletion(inputs: Map) -> bool:
    """Whether nobody waits for the object to be gone."""
    return annotation(inputs, "skipAwait") == "true" and group_kind(inputs) in _SKIPPED_DELETIONS


class Waiter:
    """Waits at one API server."""

    def __init__(self, client: Client, kinds: Kinds) -> None:
        self._client = client
        self._kinds = kinds

    def ready(self, live: Map, until: float) -> tuple[Map, Unready | None]:
        """The object when it is ready, or as it was last; then with why it is not."""
        kind = group_kind(live)
        if kind == ("", "Service"):
            return self._service_ready(live, until)
        if kind == ("", "ResourceQuota"):
            until = time.monotonic() + QUOTA_TIMEOUT
        found, final = self._problems(live)
        while found:
            left = until - time.monotonic()
            if final or left <= 0 or self._client.stopped.is_set():
                return live, self._unready(live, found, final=final)
            live = next(self._changes(live, min(left, self._patience(live))), None) or self.read(live) or live
            found, final = self._problems(live)
        return live, None

    def now(self, live: Map) -> Unready | None:
        """Why the object is not ready at this moment; asked where the real provider looks at a refresh."""
        if group_kind(live) == ("", "ResourceQuota"):
            return None
        if group_kind(live) == ("", "Service"):
            endpoints = self._endpoints(live)
            late = readiness.targets_pods(live) and readiness.has_late_pods(endpoints)
            found = readiness.service_problems(live, endpoints) if late or not readiness.has_address(live) else None
            return None if found is None else _initialized_badly(live, found)
        found, _ = self._problems(live)
        return self._unready(live, found, final=True) if found else None

    def gone(self, obj: Map, until: float) -> Map | None:
        """None when the object is gone; at the end of the time, the object as it still is."""
        while (live := self.read(obj)) is not None:
            left = until - time.monotonic()
            if left <= 0 or self._client.stopped.is_set():
                return live
            for event, _ in self._watch(live, min(left, WATCH)):
                if event == "DELETED":
                    return None
        return None

    def read(self, obj: Map) -> Map | None:
        """The object as it is now; None when there is none, or no kind of it any more."""
        try:
            return self._client.request("GET", self._kinds.path(obj))
        except UnknownKindError:
            return None
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _problems(self, live: Map) -> tuple[list[str], bool]:
        """What keeps the object from being ready, and whether waiting on would be in vain."""
        kind = group_kind(live)
        if kind == ("apps", "Deployment"):
            return readiness.deployment_problems(live, self._beside(live, "apps/v1", "replicasets")), False
        if kind == ("batch", "Job"):
            return readiness.job_problems(live)
        if kind == ("", "ResourceQuota"):
            return ([] if readiness.has_quota(live) else ["not in force"]), False
        return [], False

    def _service_ready(self, live: Map, until: float) -> tuple[Map, Unready | None]:
        quiet = time.monotonic()
        while True:
            now = time.monotonic()
            endpoints = self._endpoints(live)
            late = readiness.targets_pods(live) and readiness.has_late_pods(endpoints)
            addressed = readiness.has_address(live)
            if now >= until or self._client.stopped.is_set():
                ready = addressed and not late
                return live, None if ready else _timed_out(live, readiness.service_problems(live, endpoints))
            if not addressed:
                live = next(self._changes(live, min(until - now, WATCH)), None) or self.read(live) or live
                continue
            if not readiness.targets_pods(live) or (now - quiet >= SETTLED and not late and _version(endpoints)):
                return live, None
            if self._changed(endpoints, min(until - now, WATCH if late else SETTLED)):
                quiet = time.monotonic()

    def _unready(self, live: Map, found: list[str], *, final: bool) -> Unready:
        name = dig(live, "metadata", "name")
        if group_kind(live) == ("", "ResourceQuota"):
            return Unready(text=f"Timeout occurred polling for '{name}'")
        parts = [*(found if final or group_kind(live) != ("batch", "Job") else []), *pod_reasons(self._pods(live))]
        if final:
            return _initialized_badly(live, parts)
        if self._client.stopped.is_set():
            return Unready(text=f'Resource operation was cancelled for "{name}"', parts=tuple(parts))
        return _timed_out(live, parts)

    def _pods(self, live: Map) -> list[Map]:
        """The pods of a Job, or of a Deployment's set of this version."""
        owner: Map | None = live
        if group_kind(live) == ("apps", "Deployment"):
            owner = readiness.new_set(live, self._beside(live, "apps/v1", "replicasets"))
        pods = self._beside(live, "v1", "pods")
        return [pod for pod in pods if readiness.is_owned(pod, owner)] if owner else []

    def _patience(self, live: Map) -> float:
        """Seconds until another look where no change of the object wakes the wait."""
        kind = group_kind(live)
        # Its set of replicas may be the last to tell; the real provider polls quotas.
        soon = kind == ("", "ResourceQuota") or (kind == ("apps", "Deployment") and readiness.is_available(live))
        return SOON if soon else WATCH

    def _watch(self, live: Map, seconds: float) -> Iterator[tuple[str, Map]]:
        name = str(dig(live, "metadata", "name"))
        query = {"fieldSelector": f"metadata.name={name}"}
        if version := _version(live):
            query["resourceVersion"] = version
        return self._client.watch(self._kinds.collection(live), seconds, query)

    def _changes(self, live: Map, seconds: float) -> Iterator[Map]:
        for event, changed in self._watch(live, seconds):
            if event not in {"ADDED", "MODIFIED"}:
                return
            yield changed

    def _endpoints(self, service: Map) -> Map:
        metadata = {key: dig(service, "metadata", key) for key in ("name", "namespace")}
        endpoints: Map = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata}
        return self.read(endpoints) or endpoints

    def _changed(self, obj: Map, seconds: float) -> bool:
        return next(self._watch(obj, seconds), None) is not None

    def _beside(self, live: Map, version: str, plural: str) -> list[Map]:
        """The objects of a kind in the object's namespace."""
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        namespace = quote(str(dig(live, "metadata", "namespace")))
        return items(self._client.request("GET", f"{root}/namespaces/{namespace}/{plural}"), "items")


def _version(live: Map) -> str:
    return str(dig(live, "metadata", "resourceVersion") or "")


def _timed_out(live: Map, parts: list[str]) -> Unready:
    return Unready(text=f"'{dig(live, 'metadata', 'name')}' timed out waiting to be Ready", parts=tuple(parts))


def _initialized_badly(live: Map, parts: list[str]) -> Unready:
    name = dig(live, "metadata", "name")
    return Unready(text=f"Resource '{name}' was created but failed to initialize", parts=tuple(parts))
