"""When an object is ready, by its own status: pure functions of the object as the API server shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.standins.kubernetes.objects import dig, group_kind, items
from rehearsal.standins.kubernetes.quantities import canonical
from rehearsal.standins.values import Map, is_map

STALLED = 15.0  # seconds in which a stalled roll-out may still recover, as after its quota was raised


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why an object is not ready, and how many seconds to bear with it (None: as long as the timeout says)."""

    text: str
    patience: float | None = None


def problem(obj: Map) -> Problem | None:
    """Why the object is not ready; None when it is, or when its kind has no readiness."""
    check = _CHECKS.get(group_kind(obj))
    return check(obj) if check else None


def _deployment(obj: Map) -> Problem | None:
    if not _is_observed(obj):
        return _UNSEEN
    progressing = _condition(obj, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Problem(text=_describe(progressing), patience=STALLED)
    wanted = _wanted(obj)
    updated, available = _count(obj, "updatedReplicas"), _count(obj, "availableReplicas")
    if updated < wanted or available < updated or _count(obj, "replicas") > updated:
        return Problem(text=f"{available} of {wanted} replicas are available, {updated} are of this version")
    return None


def _stateful_set(obj: Map) -> Problem | None:
    if not _is_observed(obj):
        return _UNSEEN
    wanted, ready = _wanted(obj), _count(obj, "readyReplicas")
    on_delete = dig(obj, "spec", "updateStrategy", "type") == "OnDelete"
    kept = dig(obj, "spec", "updateStrategy", "rollingUpdate", "partition") or 0
    updated = wanted if on_delete else _count(obj, "updatedReplicas")
    if ready < wanted or updated < wanted - kept:
        return Problem(text=f"{ready} of {wanted} replicas are ready, {updated} are of this version")
    return None


def _daemon_set(obj: Map) -> Problem | None:
    if not _is_observed(obj):
        return _UNSEEN
    wanted = _count(obj, "desiredNumberScheduled")
    updated, available = _count(obj, "updatedNumberScheduled"), _count(obj, "numberAvailable")
    if updated < wanted or available < wanted:
        return Problem(text=f"{available} of {wanted} pods are available, {updated} are of this version")
    return None


def _job(obj: Map) -> Problem | None:
    failed = _condition(obj, "Failed")
    if failed.get("status") == "True":
        return Problem(text=f"the Job has failed: {_describe(failed)}", patience=0)
    if _condition(obj, "Complete").get("status") == "True" or dig(obj, "spec", "suspend"):
        return None
    counts = ", ".join(f"{_count(obj, name)} {name}" for name in ("active", "succeeded", "failed"))
    return Problem(text=f"the Job has not completed: {counts}")


def _service(obj: Map) -> Problem | None:
    if dig(obj, "spec", "type") == "LoadBalancer" and not items(obj, "status", "loadBalancer", "ingress"):
        return Problem(text="the load balancer has no address yet")
    return None


def _ingress(obj: Map) -> Problem | None:
    if items(obj, "status", "loadBalancer", "ingress"):
        return None
    return Problem(text="the load balancer has no address yet")


def _namespace(obj: Map) -> Problem | None:
    phase = dig(obj, "status", "phase")
    return None if phase == "Active" else Problem(text=f"the namespace is {phase}")


def _quota(obj: Map) -> Problem | None:
    wanted, in_force = (_amounts(dig(obj, part, "hard")) for part in ("spec", "status"))
    return None if wanted == in_force else Problem(text="the quota is not in force yet")


def _definition(obj: Map) -> Problem | None:
    if _condition(obj, "Established").get("status") == "True":
        return None
    names = _condition(obj, "NamesAccepted")
    refused = names.get("status") == "False"
    return Problem(text=_describe(names) if refused else "the definition is not established yet")


_CHECKS: dict[tuple[str, str], Callable[[Map], Problem | None]] = {
    ("", "Namespace"): _namespace,
    ("", "ResourceQuota"): _quota,
    ("", "Service"): _service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
    ("networking.k8s.io", "Ingress"): _ingress,
}
_UNSEEN = Problem(text="its controller has not seen this version yet")


def targets_pods(service: Map) -> bool:
    """Whether a Service sends requests to pods that it selects, so that it is ready when they are."""
    spec = service.get("spec")
    headless = dig(spec, "clusterIP") == "None"
    return bool(dig(spec, "selector")) and not headless and dig(spec, "type") != "ExternalName"


def endpoints_problem(slices: list[Map]) -> Problem | None:
    """Why a Service that targets pods is not ready, by its EndpointSlices."""
    if not slices:
        return Problem(text="the Service has no EndpointSlice yet")
    ends = [end for one in slices for end in items(one, "endpoints")]
    waiting = [end for end in ends if not dig(end, "conditions", "ready") and not dig(end, "conditions", "terminating")]
    if waiting:
        return Problem(text=f"{len(waiting)} of the {len(ends)} pods that the Service selects are not ready")
    return None


def _is_observed(obj: Map) -> bool:
    generation = dig(obj, "metadata", "generation") or 0
    return _count(obj, "observedGeneration") >= generation


def _wanted(obj: Map) -> int:
    replicas = dig(obj, "spec", "replicas")
    return replicas if isinstance(replicas, int) else 1


def _count(obj: Map, name: str) -> int:
    found = dig(obj, "status", name)
    return found if isinstance(found, int) else 0


def _amounts(hard: object) -> dict[str, str]:
    return {key: canonical(str(amount)) for key, amount in hard.items()} if is_map(hard) else {}


def _condition(obj: Map, name: str) -> Map:
    for condition in items(obj, "status", "conditions"):
        if dig(condition, "type") == name:
            return condition
    return {}


def _describe(condition: Map) -> str:
    return f"[{condition.get('reason')}] {condition.get('message')}"
