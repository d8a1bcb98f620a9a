"""How many pods the HorizontalPodAutoscaler will choose: the arithmetic of Kubernetes 1.36's controller, as a function.

It covers the steady state that a plan speaks of: all pods ready and measured. Pods without measurements make the real
controller more careful, never bolder.
"""

import math
from dataclasses import dataclass

from planning.inputs.registry.pod_sections import Resources
from planning.plugin.autoscaling import AutoscalingPlan

TOLERANCE = 0.1
"""A ratio within this of 1.0 changes nothing (the controller's default)."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What all pods of a plugin use together. CPU in millicores, memory in MiB, queue in requests."""

    cpu_m: int
    memory_mib: int
    queue: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Recent:
    """What the controller remembers.

    added, removed: pods within the period of the up or down speed; highest: recommendation within the down window.
    """

    added: int = 0
    removed: int = 0
    highest: int = 0


NOTHING = Recent()


def desired_replicas(
    plan: AutoscalingPlan, load: Load, *, current: int, request: Resources, recent: Recent = NOTHING
) -> int:
    """Replicas after one pass of the controller, from `current` ready pods with these requests each."""
    if not plan.pods.min <= current <= plan.pods.max:
        return min(max(current, plan.pods.min), plan.pods.max)
    wanted = recommendation(plan, load, current=current, request=request)
    if wanted >= current:
        return min(wanted, plan.pods.max, _fastest(plan, current, recent))
    stable = min(current, max(wanted, recent.highest))
    return max(stable, plan.pods.min, _slowest(plan, current, recent))


def recommendation(plan: AutoscalingPlan, load: Load, *, current: int, request: Resources) -> int:
    """What the signals alone ask for, before windows, speeds and bounds: what the controller remembers of a pass."""
    proposals = [_by_utilisation(load.cpu_m, request.cpu_request_m, plan.cpu_percent, current)]
    if plan.memory_percent is not None:
        proposals.append(_by_utilisation(load.memory_mib, request.memory_mib, plan.memory_percent, current))
    if plan.queue:
        proposals.append(_by_average(load.queue, plan.queue.per_pod, current))
    return max(proposals)


def _by_utilisation(used: int, request: int, target_percent: int, current: int) -> int:
    # The controller cuts the percentage to a whole number before it compares.
    percent = used * 100 // (request * current)
    ratio = percent / target_percent
    return current if _close(ratio) else math.ceil(ratio * current)


def _by_average(total: float, per_pod: int, current: int) -> int:
    ratio = total / (per_pod * current)
    return current if _close(ratio) else math.ceil(total / per_pod)


def _close(ratio: float) -> bool:
    # Compared like the controller does: 77 % of 70 % is 1.1 exactly, and its distance to 1.0 is not.
    return 1.0 - TOLERANCE <= ratio <= 1.0 + TOLERANCE


def _fastest(plan: AutoscalingPlan, current: int, recent: Recent) -> int:
    start = current - recent.added + recent.removed
    return max(current, math.ceil(start * (1 + plan.up.percent / 100)), start + plan.up.pods)


def _slowest(plan: AutoscalingPlan, current: int, recent: Recent) -> int:
    start = current - recent.added + recent.removed
    return min(current, max(int(start * (1 - plan.down.percent / 100)), start - plan.down.pods))
