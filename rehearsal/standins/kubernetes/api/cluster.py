"""One API server as the provider uses it: creating, applying, deleting, and being out of reach."""

from __future__ import annotations

import threading

from rehearsal.standins.kubernetes.api.client import APPLY, JSON_PATCH, ApiError, Client
from rehearsal.standins.kubernetes.api.kinds import Kinds, UnknownKindError
from rehearsal.standins.kubernetes.objects.objects import DEFINITION, dig, group_kind
from rehearsal.standins.kubernetes.objects.ownership import CREATOR, adopted, conflict, takes_by_force
from rehearsal.standins.kubernetes.settings import Settings
from rehearsal.standins.kubernetes.waits.waits import Waiter
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

RETRIES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each further try to create where the kind or the namespace is not there yet: provider/pkg/retry."""
_ADOPTIONS = 5  # tries; the real provider has one, and fails where a controller writes at that moment
_EXISTS = (
    "The resource already exists in the cluster: import it, give this one another name, or let the provider take over "
    "what exists (upsertExistingObjects)."
)


class Api:
    """An API server that a provider resource is configured for.

    Stricter than the real provider in one thing: a field that the kind does not have is refused, not left out.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.client = Client(settings.find_cluster())
        self.kinds = Kinds(self.client)
        self.waiter = Waiter(self.client, self.kinds)

    def create(self, obj: Map, manager: str, *, preview: bool = False) -> Map:
        """Create the object; one that exists is refused, or applied where the configuration says so."""
        for pause in (*RETRIES, None):
            try:
                return self._create_once(obj, manager, preview=preview)
            except (ApiError, UnknownKindError) as error:
                missing = isinstance(error, UnknownKindError) or error.status == 404
                if pause is None or preview or not missing or self.client.stopped.wait(pause):
                    raise
                self.kinds.forget()
        raise AssertionError("unreachable: the last try returns or raises")

    def update(self, obj: Map, manager: str, *, preview: bool = False) -> tuple[Map, Map]:
        """Apply the object, or replace it where it is a definition; the object before and after it."""
        live = self.client.request("GET", self.kinds.path(obj))
        if group_kind(obj) == DEFINITION:
            versioned = {**obj["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
            query = _query(manager, preview=preview)
            return live, self.client.request("PUT", self.kinds.path(obj), {**obj, "metadata": versioned}, query=query)
        if not preview:
            live = self._adopt(live, manager)
        return live, self._apply(obj, live, manager, preview=preview)

    def delete(self, obj: Map, propagation: str) -> bool:
        """Ask for the object's deletion; False when there is none."""
        try:
            path = self.kinds.path(obj)
            self.client.request("DELETE", path, {"propagationPolicy": propagation})
        except UnknownKindError:
            return False  # its definition is gone, and it went with it
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return True

    def _create_once(self, obj: Map, manager: str, *, preview: bool) -> Map:
        if self._settings.upsert:
            return self._apply(obj, None, manager, preview=preview)
        try:
            query = _query(CREATOR, preview=preview)
            return self.client.request("POST", self.kinds.collection(obj), obj, query=query)
        except ApiError as error:
            if error.reason == "AlreadyExists":
                raise ApiError(f"{error}\n\n{_EXISTS}", error.status, error.reason) from None
            raise

    def _apply(self, obj: Map, live: Map | None, manager: str, *, preview: bool) -> Map:
        force = takes_by_force(obj, live, enabled=self._settings.patch_force, preview=preview)
        query = {**_query(manager, preview=preview), "force": str(force).lower()}
        try:
            return self.client.request("PATCH", self.kinds.path(obj), obj, content=APPLY, query=query)
        except ApiError as error:
            if error.status != 409:
                raise
            raise ApiError(conflict(str(error), manager), error.status, error.reason) from None

    def _adopt(self, live: Map, manager: str) -> Map:
        for _ in range(_ADOPTIONS):
            fields = adopted(live, manager)
            if fields is None:
                break
            version = dig(live, "metadata", "resourceVersion")
            patch = [
                {"op": "replace", "path": "/metadata/managedFields", "value": fields},
                {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            ]
            try:
                return self.client.request("PATCH", self.kinds.path(live), patch, content=JSON_PATCH)
            except ApiError as error:
                if error.status != 409:
                    raise
                live = self.client.request("GET", self.kinds.path(live))  # a controller has written to it meanwhile
        return live


def _query(manager: str, *, preview: bool) -> dict[str, str]:
    query = {"fieldManager": manager, "fieldValidation": "Strict"}
    return {**query, "dryRun": "All"} if preview else query


class Connection:
    """The API server of a provider's configuration, connected to when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._api: Api | None = None
        self._asked = False
        self.why = ""

    def api(self) -> Api:
        """The API server; raises ProviderError where the configuration names none."""
        with self._lock:
            if self._api is None:
                self._api = Api(self._settings)
            return self._api

    def reachable(self) -> Api | None:
        """The API server if it answers, asked once; else None, and `why` says why."""
        try:
            api = self.api()
            with self._lock:
                if not self._asked:
                    self._asked = True
                    if not api.client.is_reachable():
                        self.why = f"{api.client.cluster.server} does not answer"
        except ProviderError as error:
            self.why = str(error)
            return None
        return None if self.why else api

    def stop(self) -> None:
        """Give up all waiting."""
        if self._api:
            self._api.client.stop()
