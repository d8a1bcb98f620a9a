"""Whether a canary goes on: by its plugin's own promise, as the gateway counts the answers of each version.

The factors are those of the plugin's alerts: what would wake somebody ends a canary, what would make a ticket holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from planning.inputs.registry.canary import Canary
from planning.observability.alerts.burn_rate import FAST, LEAST_FAILURES, SLOW, counted
from planning.observability.alerts.objective import ObjectivePlan
from planning.observability.metrics.queue_depth import Track
from planning.observability.metrics.series import STATE_JOB
from planning.shared.naming import canary_name, namespace

RECENT_MINUTES = 2
"""Whether what was bad still is: eight scrapes."""
ENDS_ABOVE = FAST[0][0]
HOLDS_ABOVE = SLOW[0][0]


class Decision(StrEnum):
    """advance: to the next weight, after the last one to all requests."""

    ADVANCE = "advance"
    HOLD = "hold"
    ABORT = "abort"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What was counted in a window; None: nobody has counted."""

    requests: float | None = None
    failed: float | None = None
    answers: float | None = None
    slow: float | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known of a canary. recent: of its last minutes. ready: its pods; None: nobody says."""

    canary: Counts
    recent: Counts
    stable: Counts
    ready: float | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be done, and why."""

    decision: Decision
    reason: str


_WINDOWS = {"canary": Track.CANARY, "recent": Track.CANARY, "stable": Track.STABLE}
READY = "ready"


def queries(plugin: str, objective: ObjectivePlan, timed_rules: tuple[int, ...], minutes: int) -> Mapping[str, str]:
    """PromQL by what it answers: `ready`, and each count as `window.count`."""
    found = {
        READY: f'max(kube_deployment_status_replicas_available{{job="{STATE_JOB}",namespace="{namespace(plugin)}",'
        f'deployment="{canary_name(plugin)}"}})'
    }
    for window, track in _WINDOWS.items():
        length = f"{RECENT_MINUTES if window == 'recent' else minutes}m"
        asked = counted(plugin, objective, timed_rules, track=track, function="increase", window=length)
        found |= {f"{window}.{field.name}": getattr(asked, field.name) for field in fields(asked)}
    return found


def seen(answers: Mapping[str, float | None]) -> Seen:
    """The answers to those queries."""
    windows = {
        window: Counts(**{field.name: answers[f"{window}.{field.name}"] for field in fields(Counts)})
        for window in _WINDOWS
    }
    return Seen(**windows, ready=answers[READY])


def decide(found: Seen, *, canary: Canary, objective: ObjectivePlan) -> Verdict:
    """Bad news first: a canary is ended by few requests, and goes on only by as many as can tell a promise kept."""
    if found.ready is None:
        return Verdict(decision=Decision.HOLD, reason="nothing is known of its pods: has the update ended?")
    if found.ready == 0:
        return Verdict(decision=Decision.ABORT, reason=f"none of its pods is ready: {canary.weight} % get 503")
    if canary.weight == 0:
        return Verdict(decision=Decision.ADVANCE, reason="its pods are ready")
    burns = _burns(found, objective)
    for verdict in (*map(_ended, burns), *map(_held, burns)):
        if verdict:
            return verdict
    told = "; ".join(f"{burn.name}: {burn.bad:.0f} of {burn.all:.0f}" for burn in burns if burn.all)
    return Verdict(decision=Decision.ADVANCE, reason=f"within its promise ({told})")


@dataclass(frozen=True, kw_only=True)
class _Burn:
    """One promise. rate, recent, stable: how many times as fast as allowed its budget goes."""

    name: str
    bad: float
    all: float
    rate: float
    recent: float
    stable: float
    least: float

    @property
    def text(self) -> str:
        return f"{self.name}: {self.bad:.0f} of {self.all:.0f}, {self.rate:.1f} times what its promise allows"


def _burns(found: Seen, objective: ObjectivePlan) -> list[_Burn]:
    promises = (
        ("answered 5xx", "failed", "requests", objective.failures_allowed),
        (f"over {objective.latency_ms} ms", "slow", "answers", objective.slowness_allowed),
    )
    return [
        _Burn(
            name=name,
            bad=getattr(found.canary, bad) or 0,
            all=getattr(found.canary, all_) or 0,
            rate=_rate(found.canary, bad, all_, allowed),
            recent=_rate(found.recent, bad, all_, allowed),
            stable=_rate(found.stable, bad, all_, allowed),
            # With none bad among as many, the rate is below HOLDS_ABOVE with 95 % (the rule of three).
            least=3 / (HOLDS_ABOVE * allowed),
        )
        for name, bad, all_, allowed in promises
    ]


def _rate(counts: Counts, bad: str, all_: str, allowed: float) -> float:
    whole = getattr(counts, all_)
    return (getattr(counts, bad) or 0) / whole / allowed if whole else 0.0


def _ended(burn: _Burn) -> Verdict | None:
    if burn.bad < LEAST_FAILURES or min(burn.rate, burn.recent) <= ENDS_ABOVE:
        return None
    if burn.stable > ENDS_ABOVE:
        reason = f"{burn.text}; the stable version too ({burn.stable:.1f}): it is not the canary alone"
        return Verdict(decision=Decision.HOLD, reason=reason)
    return Verdict(decision=Decision.ABORT, reason=burn.text)


def _held(burn: _Burn) -> Verdict | None:
    # A plugin whose rules all stream has no answers with a latency.
    if burn.all < burn.least and (burn.all or burn.name.startswith("answered")):
        reason = f"{burn.name}: {burn.bad:.0f} of {burn.all:.0f}; fewer than {burn.least:.0f} can't tell"
        return Verdict(decision=Decision.HOLD, reason=reason)
    return Verdict(decision=Decision.HOLD, reason=burn.text) if burn.rate > HOLDS_ABOVE else None
