"""`naap capacity`: what a number of users needs, and which limit comes next."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis.capacity.demand import ComponentDemand
from analysis.capacity.limits import Capacity, Question
from analysis.capacity.more_plugins import COPY, with_plugins
from analysis.capacity.service_quotas import Quota
from console.terminal import Answer, table
from console.text import count, to_plain
from naap.service_quotas import sources
from naap.source import Source
from planning.inputs.tiers import PodRange, tier_for

NEAR = 0.8
"""A limit of which so much is used is shown, though it is not passed."""


def answer(source: Source, plugins: int | None = None) -> Answer:
    """plugins: so many instead of the registry's, the others made up. Raises InvalidInputError."""
    settings, stated = source.inputs()
    registry = stated if plugins is None else with_plugins(stated, plugins, tier_for(settings.users))
    question = Question(
        registry=registry,
        regions=settings.regions,
        assumptions=settings.assumptions,
        least_shards=settings.shards or 1,
    )
    found = question.capacity(settings.users)
    limits = [to_plain(limit) | {"passed": limit.passed} for limit in found.limits]
    return Answer(data=to_plain(found) | {"limits": limits}, text=_text(found))


def _text(found: Capacity) -> Group:
    head = f"{found.users:,} users, tier {found.tier}: the home region at its peak, with all pods"
    shards = f"{count(found.shards, 'shard')}, {count(found.database_instances, 'instance')}"
    sums = [
        ("nodes", f"up to {found.nodes:,}, {found.vcpu:,} vCPU"),
        ("databases", f"{shards}, {found.database_vcpu:,} vCPU"),
        ("cache memory", f"{found.cache_gib:,.0f} GiB"),
        ("addresses", f"{found.addresses:,} of pods and nodes"),
    ]
    parts = [Text(head, "bold"), "", table(sums, head=False), "", _components(found), ""]
    return Group(*parts, *_limits(found), "", *_next(found))


def _components(found: Capacity) -> Table:
    rows = [("component", "requests/s", "pods", "vCPU", "GiB", "connections")]
    rows += [
        (
            part.name,
            _number(part.requests),
            str(part.pods) if part.pods.max else "-",
            _number(part.vcpu),
            _number(part.memory_gib),
            _number(part.connections),
        )
        for part in _told(found.components)
    ]
    whole = _sum("total", found.components)
    rows.append(("total", "", str(whole.pods), _number(whole.vcpu), _number(whole.memory_gib), ""))
    return table(rows, numbers=True, total=True)


def _told(parts: Sequence[ComponentDemand]) -> Sequence[ComponentDemand]:
    """Made-up plugins as one."""
    copies = [part for part in parts if part.name.startswith(COPY)]
    own = [part for part in parts if not part.name.startswith(COPY)]
    return [*own, *([_sum(f"{len(copies):,} made up", copies)] if copies else [])]


def _sum(name: str, parts: Sequence[ComponentDemand]) -> ComponentDemand:
    return ComponentDemand(
        name=name,
        requests=sum(part.requests for part in parts),
        pods=PodRange(min=sum(part.pods.min for part in parts), max=sum(part.pods.max for part in parts)),
        vcpu=sum(part.vcpu for part in parts),
        memory_gib=sum(part.memory_gib for part in parts),
        connections=sum(part.connections for part in parts),
    )


def _limits(found: Capacity) -> list[RenderableType]:
    shown = [limit for limit in found.limits if limit.needed >= NEAR * limit.default]
    if not shown:
        return [Text("No limit is passed or near.", "green")]
    rows = [("", "needed", "limit", "name", "code")]
    rows += [
        (_mark(limit), f"{limit.needed:,}", f"{limit.default:,}", limit.name, limit.code or "fixed") for limit in shown
    ]
    styles = ["red" if limit.passed else "yellow" for limit in shown]
    return [table(rows, gives=(3,), styles=styles), "", sources(shown)]


def _mark(limit: Quota) -> str:
    if not limit.passed:
        return "near"
    return "raise" if limit.code else "passed"


def _next(found: Capacity) -> list[RenderableType]:
    if found.next is None:
        return ["No other limit is passed up to 10,000,000 users."]
    limit = found.next.limit
    says = f"Next: {limit.name}, at {found.next.users:,} users"
    return [Text(says, "bold"), f"  {limit.needed:,} needed, {limit.default:,} is the limit"]


def _number(value: float) -> str:
    if not value:
        return "-"
    return f"{value:,.1f}" if value < 10 and value != round(value) else f"{value:,.0f}"  # noqa: PLR2004  # two digits
