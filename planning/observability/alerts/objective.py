"""Service level objectives: what a plugin promises to its users, as the gateway sees it."""

from dataclasses import dataclass

from planning.inputs.registry.sections import Objective
from planning.inputs.tiers import Tier


@dataclass(frozen=True, kw_only=True)
class ObjectivePlan:
    """Of one plugin. availability_percent: of requests that aren't answered 5xx.

    latency_percent of requests are answered within latency_ms; streams have no latency.
    """

    availability_percent: float
    latency_ms: int
    latency_percent: float

    @property
    def failures_allowed(self) -> float:
        """Part of the requests (0-1) that may fail."""
        return _rest(self.availability_percent)

    @property
    def slowness_allowed(self) -> float:
        """Part of the requests (0-1) that may take longer."""
        return _rest(self.latency_percent)


def plan_objective(spec: Objective, tier: Tier) -> ObjectivePlan:
    """The entry's own numbers, and the tier's for the rest."""
    size = tier.objective
    return ObjectivePlan(
        availability_percent=_or(spec.availability_percent, size.availability_percent),
        latency_ms=spec.latency_ms or size.latency_ms,
        latency_percent=_or(spec.latency_percent, size.latency_percent),
    )


def _or(stated: float | None, default: float) -> float:
    return default if stated is None else float(stated)


def _rest(percent: float) -> float:
    return round(1 - percent / 100, 6)
