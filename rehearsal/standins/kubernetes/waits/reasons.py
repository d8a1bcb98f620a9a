"""What the real provider says of the pods of a workload that is not ready: provider/pkg/await/checker/pod/check.go.

It looks at three of a pod's conditions, one after the other, and stops at the first that does not hold. That a pod
finds no node is shown while it waits, and is no reason at the end; of a probe that fails it knows only that the
container was never ready; of init containers it says nothing; events are not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rehearsal.standins.kubernetes.objects.objects import dig, items
from rehearsal.standins.values import Map, is_map

_IN_VAIN = "rpc error: code = Unknown desc = Error response from daemon: "


def pod_reasons(pods: Iterable[Map]) -> list[str]:
    """Why each pod that is not ready is not."""
    return [reason for pod in pods for reason in _reasons(pod)]


def _reasons(pod: Map) -> Iterator[str]:
    conditions = {dig(one, "type"): one for one in items(pod, "status", "conditions")}
    scheduled, initialized, ready = (conditions.get(name) for name in ("PodScheduled", "Initialized", "Ready"))
    if not _holds(scheduled):
        return
    if not _holds(initialized):
        yield from _reason(pod, initialized)
    elif not _holds(ready) and dig(pod, "status", "phase") != "Succeeded":
        yield from _reason(pod, ready)


def _holds(condition: Map | None) -> bool:
    return dig(condition, "status") == "True"


def _reason(pod: Map, condition: Map | None) -> Iterator[str]:
    if condition is None:
        return
    message = str(condition.get("message") or "")
    containers = "\n".join(said for one in items(pod, "status", "containerStatuses") for said in _container(one))
    if message or containers:
        shown = message if condition.get("reason") else ""
        yield f"[Pod {_name(pod)}]: {shown}{containers}"


def _container(status: Map) -> Iterator[str]:
    if dig(status, "ready"):
        return
    waiting, ended = dig(status, "state", "waiting"), dig(status, "state", "terminated")
    before = dig(status, "lastState", "terminated")
    name = dig(status, "name")
    if is_map(waiting) and waiting.get("reason") != "ContainerCreating":
        yield f"[{waiting.get('reason')}] {_shortened(waiting.get('message'))}"
    if is_map(ended) and ended.get("reason"):
        if ended.get("message"):
            yield f"[{ended['reason']}] {_shortened(ended['message'])}"
        else:
            yield f'container "{name}" completed with exit code {ended.get("exitCode", 0)}'
    if is_map(before):
        end = f"({before.get('reason') or ''}: exit code {before.get('exitCode', 0)})"
        yield f'container "{name}" terminated at {before.get("finishedAt")} {end}'
        if before.get("message"):
            yield str(before["message"])


def _shortened(message: object) -> str:
    return str(message or "").removeprefix(_IN_VAIN).removesuffix(": manifest unknown")


def _name(pod: Map) -> str:
    namespace, name = dig(pod, "metadata", "namespace"), dig(pod, "metadata", "name")
    return f"{namespace}/{name}" if namespace and namespace != "default" else str(name)
