"""How many pods a plugin has: the HorizontalPodAutoscaler of each."""

import math
from dataclasses import dataclass

from planning.inputs.registry.registry_entry import BackendSpec
from planning.inputs.tiers import PodRange, Tier
from planning.observability.metrics.queue_depth import METRIC, METRIC_SELECTOR, QUERY_ANNOTATION, Track, queue_depth

CPU_PERCENT = 70
MEMORY_PERCENT = 80
"""Of the requests; the memory request is the limit, so that this is not below what an idle Node process takes."""
IDLE_MEMORY_PERCENT = 60
"""Of the request, that a process takes whatever it does: an assumption, not measured."""


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How far a number of pods may move within a period; up takes the larger of the two, down the smaller."""

    percent: int
    pods: int
    period_seconds: int
    window_seconds: int


UP = Speed(percent=100, pods=4, period_seconds=15, window_seconds=0)
DOWN = Speed(percent=10, pods=2, period_seconds=60, window_seconds=300)
"""Up at once, down slowly: a pod too many costs cents, one too few costs answers."""


@dataclass(frozen=True, kw_only=True)
class QueueTarget:
    """The external metric: its name and selector in the autoscaler, its query in an annotation of the same object."""

    per_pod: int
    metric: str
    selector: tuple[tuple[str, str], ...]
    annotation: str
    query: str


@dataclass(frozen=True, kw_only=True)
class AutoscalingPlan:
    """One HorizontalPodAutoscaler (autoscaling/v2). memory_percent: None where memory is no sign of load.

    shrinks: whether pods go once they are there.
    """

    pods: PodRange
    cpu_percent: int = CPU_PERCENT
    memory_percent: int | None = MEMORY_PERCENT
    queue: QueueTarget | None = None
    up: Speed = UP
    down: Speed = DOWN
    shrinks: bool = True


def plan_autoscaling(
    *, name: str, backend: BackendSpec, pods: PodRange, tier: Tier, track: Track = Track.STABLE
) -> AutoscalingPlan:
    """The autoscaler of a plugin's pods. A singleton has one too, from one pod to one.

    It alone owns the number: were a Deployment to state it while the autoscaler of before is still there, which goes
    only after the update, the two would write over each other, and a second pod could stay.

    Beside a canary the stable pods get no fewer: whatever the canary answers comes back to them at once when it is
    given up.
    """
    if backend.scaling.singleton:
        return AutoscalingPlan(pods=pods)
    queue = QueueTarget(
        per_pod=backend.scaling.queue_depth,
        metric=METRIC,
        selector=tuple(sorted(METRIC_SELECTOR.items())),
        annotation=QUERY_ANNOTATION,
        query=queue_depth(name, track),
    )
    return AutoscalingPlan(
        pods=pods,
        memory_percent=MEMORY_PERCENT if memory_lets_go(pods) else None,
        queue=queue if tier.queue_depth else None,
        shrinks=not backend.tries or track is Track.CANARY,
    )


def memory_lets_go(pods: PodRange) -> bool:
    """Whether pods that idle come back to the minimum by their memory.

    Idle pods ask for ceil(60 / 80 of their number), which of three is three again: a range that begins below would
    keep its most pods for ever after the first peak, and be paid for. There the CPU alone decides.
    """
    number = pods.max
    while (fewer := math.ceil(number * IDLE_MEMORY_PERCENT / MEMORY_PERCENT)) < number:
        number = fewer
    return number <= pods.min
