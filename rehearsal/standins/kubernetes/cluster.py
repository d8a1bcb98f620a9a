"""One API server as the provider uses it: applying, deleting, and being out of reach."""

from __future__ import annotations

import threading

from rehearsal.standins.kubernetes.client import APPLY, ApiError, Client
from rehearsal.standins.kubernetes.kinds import Kinds, UnknownKindError
from rehearsal.standins.kubernetes.objects import dig, identity, kind_of
from rehearsal.standins.kubernetes.ownership import is_managed_by
from rehearsal.standins.kubernetes.settings import Settings
from rehearsal.standins.kubernetes.waits import Waiter
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

MISSING_PAUSES = (0.3, 0.6, 1.2, 2.4)  # seconds; a kind or namespace that has just been made appears within them


class Api:
    """An API server that a provider resource is configured for."""

    def __init__(self, settings: Settings) -> None:
        self.client = Client(settings.find_cluster())
        self.kinds = Kinds(self.client)
        self.waiter = Waiter(self.client, self.kinds)

    def apply(self, obj: Map, manager: str, *, dry_run: bool = False) -> Map:
        """Server-side apply. Fields of other managers that the object names are taken over."""
        query = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        return self.client.request("PATCH", self.kinds.path(obj), obj, content=APPLY, query=query)

    def create(self, obj: Map, manager: str, until: float) -> Map:
        """Create the object; one that exists is adopted if it bears our manager, else refused."""
        for pause in (*MISSING_PAUSES, None):
            try:
                self._make_way(obj, manager, until)
                return self.apply(obj, manager)
            except (ApiError, UnknownKindError) as error:
                missing = isinstance(error, UnknownKindError) or error.status == 404
                if pause is None or not missing or self.client.stopped.wait(pause):
                    raise
                self.kinds.forget()
        raise AssertionError("unreachable: the last try returns or raises")

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

    def _make_way(self, obj: Map, manager: str, until: float) -> None:
        existing = self.waiter.read(obj)
        if existing is None:
            return
        if dig(existing, "metadata", "deletionTimestamp"):
            self.waiter.gone(existing, until)
        elif not is_managed_by(existing, manager):
            version, kind = kind_of(obj)
            raise ProviderError(
                f"{version}/{kind} {identity(obj)} already exists and is not this resource's; "
                "delete it, or give this one another name"
            )


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
