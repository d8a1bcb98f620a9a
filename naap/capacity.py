"""`python -m naap capacity`: what a number of users needs, and which limit comes next."""

from argparse import Namespace

from analysis.capacity.limits import Capacity, Question
from analysis.capacity.service_quotas import Quota
from console.style import Style
from console.text import count, right, table, to_plain
from naap.command import Answer, Command, Source, stack_arguments
from naap.service_quotas import sources

NEAR = 0.8
"""A limit of which so much is used is shown, though it is not passed."""


def _run(options: Namespace, source: Source) -> Answer:
    settings, registry = source.inputs(options.stack, users=options.users)
    question = Question(
        registry=registry,
        regions=settings.regions,
        assumptions=settings.assumptions,
        least_shards=settings.shards or 1,
    )
    found = question.capacity(settings.users)
    limits = [to_plain(limit) | {"passed": limit.passed} for limit in found.limits]
    return Answer(data=to_plain(found) | {"limits": limits}, text=lambda style: _text(found, style))


def _text(found: Capacity, style: Style) -> str:
    head = f"{found.users:,} users, tier {found.tier}: the home region at its peak, with all pods"
    sums = [
        ("nodes", f"up to {found.nodes:,}, {found.vcpu:,} vCPU"),
        ("databases", f"{count(found.shards, 'shard')}, {count(found.database_instances, 'instance')}"),
        ("cache memory", f"{found.cache_gib:,.0f} GiB"),
        ("addresses", f"{found.addresses:,} of pods and nodes"),
    ]
    parts = [style.strong(head), "", *table(sums), "", *_components(found, style), ""]
    return "\n".join([*parts, *_limits(found, style), "", *_next(found, style)])


def _components(found: Capacity, style: Style) -> list[str]:
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
        for part in found.components
    ]
    names = ("vcpu", "memory_gib")
    cpu, memory = (sum(getattr(part, name) for part in found.components) for name in names)
    low, high = (sum(getattr(part.pods, end) for part in found.components) for end in ("min", "max"))
    rows.append(("total", "", f"{low}-{high}", _number(cpu), _number(memory), ""))
    first, *lines, last = right(rows)
    return [style.strong(first), *lines, style.strong(last)]


def _limits(found: Capacity, style: Style) -> list[str]:
    shown = [limit for limit in found.limits if limit.needed >= NEAR * limit.default]
    if not shown:
        return [style.good("No limit is passed or near.")]
    rows = [("", "needed", "limit", "name", "code")]
    rows += [
        (_mark(limit), f"{limit.needed:,}", f"{limit.default:,}", limit.name, limit.code or "fixed") for limit in shown
    ]
    head, *lines = table(rows)
    painted = [
        style.bad(line) if limit.passed else style.warning(line) for line, limit in zip(lines, shown, strict=True)
    ]
    return [style.strong(head), *painted, "", *sources(shown, style)]


def _mark(limit: Quota) -> str:
    if not limit.passed:
        return "near"
    return "raise" if limit.code else "passed"


def _next(found: Capacity, style: Style) -> list[str]:
    if found.next is None:
        return ["No other limit is passed up to 10,000,000 users."]
    limit = found.next.limit
    says = f"Next: {limit.name}, at {found.next.users:,} users"
    return [style.strong(says), f"  {limit.needed:,} needed, {limit.default:,} is the limit"]


def _number(value: float) -> str:
    if not value:
        return "-"
    return f"{value:,.1f}" if value < 10 and value != round(value) else f"{value:,.0f}"  # noqa: PLR2004  # two digits


COMMAND = Command(
    name="capacity",
    help="what a number of users needs, which limits it passes, and which one comes next",
    arguments=stack_arguments,
    run=_run,
)
