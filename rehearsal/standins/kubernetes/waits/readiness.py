"""When an object is ready, by its own status: pure functions of objects as the API server shows them.

Each answers with what the real provider says where it is not ready, in its words; nothing where it is. Kinds that it
does not wait for (namespaces, definitions, autoscalers, custom resources, ...) are ready when they exist:
provider/pkg/await/awaiters.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from rehearsal.standins.kubernetes.objects.objects import dig, items
from rehearsal.standins.values import Map

_REVISION = "deployment.kubernetes.io/revision"
_FATAL = frozenset(("BackoffLimitExceeded", "DeadlineExceeded"))
_NO_PODS = "Minimum number of live Pods was not attained"
_NO_NEW_PODS = "Minimum number of Pods to consider the application live was not attained"
_NO_ROLL_OUT = "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"


def is_seen(obj: Map) -> bool:
    """Whether the object's controller has seen this version of it."""
    return _count(obj, "status", "observedGeneration") == _count(obj, "metadata", "generation")


def deployment_problems(live: Map, sets: Iterable[Map]) -> list[str]:
    """provider/pkg/await/deployment.go. sets: of replicas, of its namespace.

    It is ready when it is available, its newest set has all its pods, and, but for its first version, the roll-out is
    over. A progress deadline that has passed is said, and waited on: pods may still come.
    """
    revision = _revision(live)
    available, rolled_out, said = _conditions(live) if revision else (False, False, [])
    newest = new_set(live, sets)
    full = newest is not None and _has_all_pods(newest)
    if is_seen(live) and available and full and (revision == "1" or rolled_out):
        return []
    if not available:
        said.append(_NO_PODS)
    elif revision != "1" and not rolled_out:
        said.append(_NO_NEW_PODS)
    elif not full:
        said.append(_NO_NEW_PODS if revision == "1" else _NO_ROLL_OUT)
    return said or [_NO_PODS]


def is_available(live: Map) -> bool:
    """Whether a Deployment calls itself available."""
    return _conditions(live)[0]


def new_set(live: Map, sets: Iterable[Map]) -> Map | None:
    """The Deployment's set of replicas of this version."""
    ours = [one for one in sets if is_owned(one, live)]
    return next((one for one in ours if _revision(one) == _revision(live)), None)


def is_owned(obj: Map, owner: Map) -> bool:
    """Whether the object was made for the owner."""
    uid = dig(owner, "metadata", "uid")
    return any(dig(one, "uid") == uid for one in items(obj, "metadata", "ownerReferences"))


def _conditions(live: Map) -> tuple[bool, bool, list[str]]:
    """Whether it is available, whether its roll-out is over, and what its conditions complain of."""
    available = rolled_out = False
    said: list[str] = []
    for condition in items(live, "status", "conditions"):
        good = dig(condition, "status") == "True"
        name, reason, message = (dig(condition, key) for key in ("type", "reason", "message"))
        if name not in {"Progressing", "Available"}:
            continue
        if not good and reason and message:
            said.append(f"[{reason}] {message}")
        if name == "Available":
            available = good
        else:
            rolled_out = good and reason == "NewReplicaSetAvailable"
    return available, rolled_out, said


def _has_all_pods(replica_set: Map) -> bool:
    wanted = dig(replica_set, "spec", "replicas")
    wanted = wanted if isinstance(wanted, int) else 1
    ready = dig(replica_set, "status", "readyReplicas")
    return ready >= wanted if isinstance(ready, int) else wanted == 0


def job_problems(live: Map) -> tuple[list[str], bool]:
    """provider/pkg/await/checker/job/check.go: what is wrong, and whether that is the end of it.

    Two reasons end the wait. Any other failure (of a pod failure policy, of an index) is waited on to the time-out.
    """
    failed = _condition(live, "Failed")
    if failed.get("status") == "True" and failed.get("reason") in _FATAL:
        return [f"[{failed.get('reason')}] {failed.get('message')}"], True
    complete = _condition(live, "Complete").get("status") == "True"
    done = complete and dig(live, "status", "startTime") is not None
    return ([] if done else ["not complete"]), False


def has_quota(live: Map) -> bool:
    """Whether a ResourceQuota is in force, letter by letter: provider/pkg/await/awaiters.go."""
    wanted, in_force = (dig(live, part, "hard") for part in ("spec", "status"))
    return wanted is not None and wanted == in_force


def has_address(service: Map) -> bool:
    """Whether a Service has what it needs of the cloud: provider/pkg/await/service.go."""
    balanced = dig(service, "spec", "type") == "LoadBalancer"
    return not balanced or bool(items(service, "status", "loadBalancer", "ingress"))


def targets_pods(service: Map) -> bool:
    """Whether a Service sends requests to pods that it selects, so that it is ready when they are."""
    spec = service.get("spec")
    headless = dig(spec, "clusterIP") == "None"
    return bool(dig(spec, "selector")) and not headless and dig(spec, "type") != "ExternalName"


def has_late_pods(endpoints: Map) -> bool:
    """Whether some of the pods that a Service selects are not ready. None at all is as good as all."""
    return any(items(subset, "notReadyAddresses") for subset in items(endpoints, "subsets"))


def service_problems(service: Map, endpoints: Map) -> list[str]:
    """What the real provider says of a Service that is not ready in time."""
    said: list[str] = []
    if targets_pods(service) and not any(items(subset, "addresses") for subset in items(endpoints, "subsets")):
        said.append(
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match "
            "labels on any Pods"
        )
    if not has_address(service):
        said.append("Service was not allocated an IP address; does your cloud provider support this?")
    return said


def _revision(obj: Map) -> str:
    return str(dig(obj, "metadata", "annotations", _REVISION) or "")


def _count(obj: Map, *path: str) -> int:
    found = dig(obj, *path)
    return found if isinstance(found, int) else 0


def _condition(obj: Map, name: str) -> Map:
    for condition in items(obj, "status", "conditions"):
        if dig(condition, "type") == name:
            return condition
    return {}
