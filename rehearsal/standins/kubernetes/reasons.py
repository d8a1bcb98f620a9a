"""Why a workload does not become ready, in the words of its conditions, its pods and their events."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from rehearsal.standins.kubernetes.client import Client
from rehearsal.standins.kubernetes.objects import dig, group_kind, items
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, is_map

MOST = 8  # reasons shown; more would bury the first


def explain(client: Client, obj: Map) -> list[str]:
    """The reasons that the cluster gives, the object's own first; none twice."""
    found = list(condition_reasons(obj))
    if group_kind(obj)[0] in {"apps", "batch"}:
        try:
            pods = _pods(client, obj)
            found += [reason for pod in pods for reason in pod_reasons(pod)]
            found += event_reasons(_events(client, obj), str(dig(obj, "metadata", "name")))
        except ProviderError as error:
            found.append(f"(the pods' own reasons could not be read: {error})")
    return list(dict.fromkeys(found))[:MOST]


def condition_reasons(obj: Map) -> Iterator[str]:
    """What the object's conditions complain of."""
    for condition in items(obj, "status", "conditions"):
        bad = dig(condition, "status") != ("False" if dig(condition, "type") in _BAD_WHEN_TRUE else "True")
        if bad and dig(condition, "reason"):
            yield f"[{condition['reason']}] {dig(condition, 'message') or ''}".strip()


_BAD_WHEN_TRUE = frozenset(("ReplicaFailure", "Failed", "FailureTarget", "Suspended"))


def pod_reasons(pod: Map) -> Iterator[str]:
    """Why the pod is not ready: not placed, its image, its crashes, its probes."""
    name = dig(pod, "metadata", "name")
    for condition in items(pod, "status", "conditions"):
        if dig(condition, "type") == "PodScheduled" and dig(condition, "status") == "False":
            yield f"Pod {name}: [{dig(condition, 'reason')}] {dig(condition, 'message')}"
    statuses = [*items(pod, "status", "initContainerStatuses"), *items(pod, "status", "containerStatuses")]
    for status in statuses:
        container = dig(status, "name")
        waiting, ended = dig(status, "state", "waiting"), dig(status, "state", "terminated")
        before = dig(status, "lastState", "terminated")
        if is_map(waiting) and waiting.get("reason") not in {"ContainerCreating", "PodInitializing"}:
            text = f"[{waiting.get('reason')}] {waiting.get('message') or ''}".strip()
            yield f"Pod {name}, container {container}: {text}"
        for end in (ended, before):
            if is_map(end) and end.get("exitCode"):
                text = f"[{end.get('reason')}] ended with exit code {end['exitCode']}"
                yield f"Pod {name}, container {container}: {text} {end.get('message') or ''}".strip()
        if dig(status, "state", "running") is not None and dig(status, "ready") is False:
            yield f"Pod {name}, container {container}: it runs, but its readiness probe does not succeed"


def event_reasons(events: list[Map], name: str) -> list[str]:
    """Warnings about the object and what was made for it, the latest first; of each reason the latest alone."""
    ours = [one for one in events if str(dig(one, "involvedObject", "name")).startswith(name)]
    ours.sort(key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""))
    latest = {
        f"{dig(one, 'involvedObject', 'kind')} {dig(one, 'involvedObject', 'name')}: [{one.get('reason')}]": one
        for one in ours
    }
    return [f"{title} {one.get('message')}" for title, one in reversed(latest.items())]


def _pods(client: Client, obj: Map) -> list[Map]:
    labels = dig(obj, "spec", "selector", "matchLabels")
    if not is_map(labels):
        return []
    selector = ",".join(f"{key}={text}" for key, text in labels.items())
    found = items(client.request("GET", f"{_namespace(obj)}/pods", query={"labelSelector": selector}), "items")
    return [pod for pod in found if not dig(pod, "metadata", "deletionTimestamp")]


def _events(client: Client, obj: Map) -> list[Map]:
    return items(client.request("GET", f"{_namespace(obj)}/events", query={"fieldSelector": "type=Warning"}), "items")


def _namespace(obj: Map) -> str:
    return f"/api/v1/namespaces/{quote(str(dig(obj, 'metadata', 'namespace')))}"
