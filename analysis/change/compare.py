"""What a change of users or registry does to an environment: two plans compared, the most dangerous first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.change.inventory import ENGINE, parts_of
from analysis.change.part import Kind, Part, Value
from planning.platform import PlatformPlan


class Risk(StrEnum):
    """What happens to a part, worst first."""

    REFUSED = "refused"
    REPLACED = "replaced"
    REMOVED = "removed"
    STOPPED = "stopped"
    RESTARTED = "restarted"
    SHRUNK = "shrinks"
    CHANGED = "changes"
    GROWN = "grows"
    ADDED = "added"


ORDER = {risk: number for number, risk in enumerate(Risk)}
STATES_DATA = (Kind.SCHEMA, Kind.DATABASE, Kind.BUCKET, Kind.CACHE)
"""Among equals, what holds data comes first."""

# Of databases and caches: what AWS documents of changing a class or node type.
RESTARTS = {
    Kind.DATABASE: "fails over to its standby, typically in 1-2 min; without one, away until it has recovered",
    Kind.REPLICA: "its readers use another replica, or wait",
    Kind.CACHE: "keys are copied to the new nodes; then connections break for some seconds",
    Kind.NODES: "a few at a time; disruption budgets hold",
    Kind.GATEWAY: "rolling; open WebSockets end within 10 min",
    Kind.POOLER: "rolling; clients connect again",
    Kind.PLUGIN: "rolling; a singleton is away for a moment",
}
UPGRADES = {
    Kind.DATABASE: "away for minutes while AWS upgrades it; the way back is a snapshot (docs/upgrading-postgresql.md)",
    Kind.REPLICA: "in the primary's region upgraded with it; in another region it must be made anew",
}
STOPS = "no pods and no routes: its requests are answered 410; its data stays"


@dataclass(frozen=True, kw_only=True)
class Trait:
    """One property that changes. before, after: None where there is none."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one part. effect: what people feel of it; empty where nothing."""

    risk: Risk
    kind: Kind
    name: str
    region: str
    traits: tuple[Trait, ...] = ()
    effect: str = ""


def compare(before: PlatformPlan, after: PlatformPlan) -> tuple[Change, ...]:
    """Everything that differs, the worst first; among equals what holds data first, then in order of the plan."""
    old = {part.key: part for part in parts_of(before)}
    new = {part.key: part for part in parts_of(after)}
    found = [
        change
        for key in dict.fromkeys((*old, *new))
        for change in (_compared(old.get(key), new.get(key)),)
        if change is not None
    ]
    return tuple(sorted(found, key=lambda change: (ORDER[change.risk], change.kind not in STATES_DATA)))


def _compared(old: Part | None, new: Part | None) -> Change | None:
    part = new or old
    if part is None or old is None or new is None:
        return _change(Risk.REMOVED if new is None else Risk.ADDED, part) if part else None
    if old.identity != new.identity:
        moved = Trait(name="identity", before=old.identity, after=new.identity)
        return _change(Risk.REPLACED, part, (moved,), "data does not move by itself")
    restarting = _traits(old.restarting, new.restarting)
    changed = _traits(old.traits, new.traits)
    if old.restarting and not new.restarting:
        return _change(Risk.STOPPED, part, tuple(trait for trait in changed if trait.after is not None), STOPS)
    if restarting and old.restarting:
        effects = UPGRADES if ENGINE in {trait.name for trait in restarting} else RESTARTS
        return _change(Risk.RESTARTED, part, (*restarting, *changed), effects.get(part.kind, ""))
    return _change(_direction(changed), part, changed) if changed else None


def _change(risk: Risk, part: Part, traits: tuple[Trait, ...] = (), effect: str = "") -> Change:
    return Change(risk=risk, kind=part.kind, name=part.name, region=part.region, traits=traits, effect=effect)


def _traits(old: dict[str, Value], new: dict[str, Value]) -> tuple[Trait, ...]:
    return tuple(
        Trait(name=name, before=old.get(name), after=new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def _direction(traits: Sequence[Trait]) -> Risk:
    """Shrinks where any number falls, grows where all rise; what is no number merely changes."""
    ways = {_way(trait) for trait in traits}
    return next(risk for risk in (Risk.SHRUNK, Risk.CHANGED, Risk.GROWN) if risk in ways)


def _way(trait: Trait) -> Risk:
    before, after = trait.before, trait.after
    if isinstance(before, str) or isinstance(after, str):
        return Risk.CHANGED
    return Risk.GROWN if (after or 0) > (before or 0) else Risk.SHRUNK
