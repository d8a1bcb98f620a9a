"""Waiting for objects to be ready or gone. Watches wake the wait: nothing is polled and no pause is fixed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from rehearsal.standins.kubernetes.client import ApiError, Client
from rehearsal.standins.kubernetes.kinds import Kinds
from rehearsal.standins.kubernetes.objects import annotation, dig, group_kind, identity, items
from rehearsal.standins.kubernetes.readiness import Problem, endpoints_problem, problem, targets_pods
from rehearsal.standins.kubernetes.reasons import explain
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

DEFAULT_TIMEOUT = 600.0  # seconds; as the real provider's
WATCH = 30.0  # seconds of one watch; then the object is read again, should an event have been lost


def deadline(timeout: float, inputs: Map) -> float:
    """Until when to wait (monotonic): by the resource's custom timeout, else its annotation, else 10 minutes."""
    text = annotation(inputs, "timeoutSeconds")
    try:
        seconds = timeout or (float(text) if text else DEFAULT_TIMEOUT)
    except ValueError:
        raise ProviderError(
            f"annotation pulumi.com/timeoutSeconds: {text!r} is not a number; give seconds, as '300'"
        ) from None
    return time.monotonic() + seconds


class Waiter:
    """Waits at one API server."""

    def __init__(self, client: Client, kinds: Kinds) -> None:
        self._client = client
        self._kinds = kinds

    def ready(self, live: Map, until: float) -> tuple[Map, list[str]]:
        """The object when it is ready, or as it was last; then with the reasons why it is not."""
        live, found = self._until(live, until, problem, self._changes)
        if not found and group_kind(live) == ("", "Service") and targets_pods(live):
            live, found = self._until(live, until, self._endpoints, self._endpoint_changes)
        return live, self._reasons(live, found)

    def now(self, live: Map) -> list[str]:
        """The reasons why the object is not ready at this moment."""
        return self._reasons(live, problem(live))

    def gone(self, obj: Map, until: float) -> None:
        """Return when the object is gone; raises ProviderError with what holds it."""
        while (live := self.read(obj)) is not None:
            left = until - time.monotonic()
            if left <= 0 or self._client.stopped.is_set():
                raise ProviderError(f"{identity(obj)} is not gone yet: {_holders(live)}")
            for event, _ in self._watch(live, min(left, WATCH)):
                if event == "DELETED":
                    return

    def read(self, obj: Map) -> Map | None:
        """The object as it is now; None when there is none."""
        try:
            return self._client.request("GET", self._kinds.path(obj))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _until(
        self,
        live: Map,
        until: float,
        check: Callable[[Map], Problem | None],
        changes: Callable[[Map, float], Iterator[Map]],
    ) -> tuple[Map, Problem | None]:
        began = time.monotonic()
        while found := check(live):
            now = time.monotonic()
            end = until if found.patience is None else min(until, began + found.patience)
            if self._client.stopped.is_set():
                return live, Problem(text=f"interrupted while waiting: {found.text}")
            if now >= end:
                late = found.patience is None
                return live, Problem(text=f"timed out waiting: {found.text}") if late else found
            for changed in changes(live, min(end - now, WATCH)):
                live = changed
                found = check(live)
                if not found:
                    return live, None
                if found.patience is not None:
                    break  # it may be over sooner than this watch
            else:
                current = self.read(live)
                if current is None:
                    return live, Problem(text="it was deleted while waiting for it")
                live = current
        return live, None

    def _watch(self, live: Map, seconds: float) -> Iterator[tuple[str, Map]]:
        name = str(dig(live, "metadata", "name"))
        version = str(dig(live, "metadata", "resourceVersion"))
        query = {"fieldSelector": f"metadata.name={name}", "resourceVersion": version}
        return self._client.watch(self._kinds.collection(live), seconds, query)

    def _changes(self, live: Map, seconds: float) -> Iterator[Map]:
        for event, changed in self._watch(live, seconds):
            if event not in {"ADDED", "MODIFIED"}:
                return
            yield changed

    def _slices(self, service: Map) -> tuple[str, dict[str, str]]:
        namespace, name = (quote(str(dig(service, "metadata", key))) for key in ("namespace", "name"))
        path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
        return path, {"labelSelector": f"kubernetes.io/service-name={name}"}

    def _endpoints(self, service: Map) -> Problem | None:
        path, query = self._slices(service)
        return endpoints_problem(items(self._client.request("GET", path, query=query), "items"))

    def _endpoint_changes(self, service: Map, seconds: float) -> Iterator[Map]:
        path, query = self._slices(service)
        for _ in self._client.watch(path, seconds, query):
            yield service

    def _reasons(self, live: Map, found: Problem | None) -> list[str]:
        return [found.text, *explain(self._client, live)] if found else []


def _holders(live: Map) -> str:
    """What keeps an object that is being deleted."""
    held = [str(one) for one in items(live, "metadata", "finalizers")]
    held += [str(one) for one in items(live, "spec", "finalizers")]
    said = [str(dig(one, "message")) for one in items(live, "status", "conditions") if dig(one, "message")]
    return "; ".join([f"finalizers: {', '.join(held) or 'none'}", *said])
