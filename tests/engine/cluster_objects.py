"""The objects of ours in an API server, compared with what a state knows of."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from rehearsal.control_plane.kube_api import KubeApi, Object
from tests.engine.checkout import State

OURS = "app.kubernetes.io/managed-by=pulumi"
COPIES = frozenset({"Endpoints"})
"""Made by a controller with the labels of what it made them for, and without an owner."""

MEASUREMENTS = frozenset({"external.metrics.k8s.io"})
"""Groups that a pod of ours would answer for, where containers ran; they hold no objects."""

Key = tuple[str, str, str]


def api_of(clusters: Path) -> KubeApi:
    """The API server of the only cluster that clusters.json names."""
    (api,) = apis_of(clusters)
    return api


def apis_of(clusters: Path) -> list[KubeApi]:
    """The API server of each cluster that clusters.json names."""
    named = cast("dict[str, Any]", json.loads(clusters.read_text()))
    return [_api(clusters.parent / "clusters" / name, entry) for name, entry in named.items()]


def _api(folder: Path, entry: dict[str, Any]) -> KubeApi:
    authority = folder / "authority-for-tests.pem"
    authority.write_bytes(base64.b64decode(entry["certificateAuthority"]))
    return KubeApi(entry["endpoint"], authority, entry["token"])


def in_the_cluster(api: KubeApi) -> set[Key]:
    """Kind, namespace and name of every object with our label that no controller made."""
    return {
        (kind, item["metadata"].get("namespace", ""), item["metadata"]["name"])
        for kind, item in _labelled(api)
        if kind not in COPIES and not item["metadata"].get("ownerReferences")
    }


def in_the_state(resources: State) -> set[Key]:
    """The same of every labelled Kubernetes resource of a state."""
    found: set[Key] = set()
    name, _, value = OURS.partition("=")
    for resource in resources.values():
        inputs: Object = resource.get("inputs") or {}
        metadata: Object = inputs.get("metadata", {})
        labels: dict[str, str] = metadata.get("labels", {})
        if resource["type"].startswith("kubernetes:") and labels.get(name) == value:
            namespace, _, own = resource["id"].rpartition("/")
            found.add((resource["type"].rpartition(":")[2], namespace, own))
    return found


def _labelled(api: KubeApi) -> Iterator[tuple[str, Object]]:
    versions = ["/api/v1"]
    versions += [
        f"/apis/{group['preferredVersion']['groupVersion']}"
        for group in api.request("GET", "/apis")["groups"]
        if group["name"] not in MEASUREMENTS
    ]
    for version in versions:
        for kind in api.request("GET", version)["resources"]:
            if "list" in kind["verbs"] and "/" not in kind["name"]:
                for item in api.request("GET", f"{version}/{kind['name']}", labelSelector=OURS)["items"]:
                    yield kind["kind"], item
