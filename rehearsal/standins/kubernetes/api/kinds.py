"""What kinds the API server knows, where they are found, and which of them live in namespaces."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from urllib.parse import quote

from rehearsal.standins.kubernetes.api.client import ApiError, Client
from rehearsal.standins.kubernetes.objects.objects import dig, group_kind, items, kind_of
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

_CLUSTER_SCOPED = frozenset(  # asked for where no API server can be asked
    {
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("eks.amazonaws.com", "NodeClass"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("karpenter.sh", "NodePool"),
        ("networking.k8s.io", "IngressClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttributesClass"),
    }
)


class UnknownKindError(ProviderError):
    """The API server does not know the kind."""

    def __init__(self, version: str, kind: str) -> None:
        super().__init__(
            f"{version}/{kind}: the API server does not know this kind; its CustomResourceDefinition must be "
            "installed first (is it installed, and does this resource depend on it?)"
        )


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Where objects of a kind are found."""

    root: str
    plural: str
    namespaced: bool


class Kinds:
    """Discovery, remembered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Kind] = {}
        self._lock = threading.Lock()

    def find(self, obj: Map) -> Kind:
        """The object's kind; raises UnknownKindError."""
        key = kind_of(obj)
        with self._lock:
            if key not in self._known:
                self._known.update(self._discover(key[0]))
            if key not in self._known:
                raise UnknownKindError(*key)
            return self._known[key]

    def forget(self) -> None:
        """Ask anew: a CustomResourceDefinition has come or gone."""
        with self._lock:
            self._known.clear()

    def path(self, obj: Map) -> str:
        """The object's own address."""
        return f"{self.collection(obj)}/{quote(str(dig(obj, 'metadata', 'name')))}"

    def collection(self, obj: Map) -> str:
        """The address of the objects among which this one is."""
        kind = self.find(obj)
        namespace = dig(obj, "metadata", "namespace") or "default"
        scope = f"/namespaces/{quote(str(namespace))}" if kind.namespaced else ""
        return f"{kind.root}{scope}/{kind.plural}"

    def _discover(self, version: str) -> dict[tuple[str, str], Kind]:
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        try:
            found = items(self._client.request("GET", root), "resources")
        except ApiError as error:
            if error.status != 404:
                raise
            return {}
        return {
            (version, entry["kind"]): Kind(root=root, plural=entry["name"], namespaced=entry["namespaced"])
            for entry in found
            if "/" not in entry["name"]  # subresources
        }


class Scopes:
    """Which kinds live in namespaces, as far as can be said without an API server."""

    def __init__(self) -> None:
        self._defined: dict[tuple[str, str], bool] = {}

    def define(self, definition: Map) -> None:
        """Take note of a CustomResourceDefinition of this program."""
        spec = definition.get("spec")
        group, kind, scope = dig(spec, "group"), dig(spec, "names", "kind"), dig(spec, "scope")
        if isinstance(group, str) and isinstance(kind, str):
            self._defined[group, kind] = scope == "Namespaced"

    def is_namespaced(self, obj: Map) -> bool | None:
        """Whether the kind lives in namespaces; None where only the API server knows."""
        key = group_kind(obj)
        if key in self._defined:
            return self._defined[key]
        if key in _CLUSTER_SCOPED:
            return False
        group = key[0]
        return True if "." not in group or group.endswith(".k8s.io") else None
