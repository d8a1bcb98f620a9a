"""`python -m naap cost`: what a stack costs a month, or the four tiers side by side."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.cost.bill import GLOBAL, Cost
from analysis.cost.estimate import budget_problem, cost_of
from analysis.cost.prices import PRICES
from console.style import Style
from console.text import right, table, to_plain
from naap.command import Answer, Command, Source, stack_arguments
from planning.inputs.assumptions import Assumptions, parse_assumptions
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.settings import Settings
from planning.inputs.tiers import TIERS, USERS_PER_CELL

LEFT_OUT = "List prices on demand, without taxes, discounts and free allowances."
CAUSES = 3


def _arguments(parser: ArgumentParser) -> None:
    stack_arguments(parser)
    parser.add_argument("--tiers", action="store_true", help="the four tiers side by side, each at its most users")
    parser.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="an assumption instead of the stack's; may be given several times",
    )


def _run(options: Namespace, source: Source) -> Answer:
    settings, _ = source.inputs(options.stack, users=options.users)
    assumptions = _assumptions(settings, options.assume)
    if options.tiers:
        numbers = [tier.max_users or USERS_PER_CELL for tier in TIERS]
        costs = [cost_of(source.plan(options.stack, users=users), assumptions) for users in numbers]
        return Answer(data=[_data(cost, None) for cost in costs], text=lambda style: _tiers(costs, style))
    cost = cost_of(source.plan(options.stack, users=settings.users), assumptions)
    budget = settings.monthly_budget_usd
    return Answer(data=_data(cost, budget), text=lambda style: _text(cost, budget, style))


def _assumptions(settings: Settings, stated: Sequence[str]) -> Assumptions:
    given = settings.assumptions.model_dump(by_alias=True)
    bad: list[Problem] = []
    for item in stated:
        name, separator, number = item.partition("=")
        if not separator:
            rule, fix = "a name, =, a number", "--assume requestsPerUser=3000"
            bad.append(Problem(file="--assume", entry="assumptions", field=name, value=repr(item), rule=rule, fix=fix))
        given[name] = number
    if bad:
        raise InvalidInputError(bad)
    return parse_assumptions(given, "--assume")


def _data(cost: Cost, budget: int | None) -> Mapping[str, Any]:
    return {
        "stack": cost.stack,
        "users": cost.users,
        "tier": cost.tier,
        "usd": cost.usd,
        "budgetUsd": budget,
        "withinBudget": budget_problem(cost, budget) is None,
        "components": cost.components,
        "regions": cost.regions,
        "plugins": [to_plain(plugin) | {"usd": plugin.usd} for plugin in cost.plugins],
        "shared": cost.shared,
        "largest": [{"cause": cause, "usd": usd} for cause, usd in cost.largest(CAUSES)],
        "lines": cost.lines,
        "assumptions": cost.assumptions,
        "prices": {line.price: PRICES[line.price] for line in cost.lines},
    }


def _text(cost: Cost, budget: int | None, style: Style) -> str:
    head = f"Stack {cost.stack}: {cost.users:,} users, tier {cost.tier}: about USD {cost.usd:,.0f} a month"
    parts = [
        style.strong(head),
        *_budget(cost, budget, style),
        "",
        *_by_region(cost, style),
        "",
        *_by_plugin(cost, style),
    ]
    return "\n".join([*parts, "", *_foot([cost], style)])


def _budget(cost: Cost, budget: int | None, style: Style) -> list[str]:
    if budget is None:
        return []
    line = f"{cost.usd / budget:.0%} of the budget, USD {budget:,}"
    if budget_problem(cost, budget) is None:
        return [style.good(line)]
    causes = [f"  {cause}: USD {usd:,.0f}" for cause, usd in cost.largest(CAUSES)]
    return [style.bad(f"{line}: such a plan is refused. Its largest causes:"), *causes]


def _by_region(cost: Cost, style: Style) -> list[str]:
    regions = list(cost.regions)
    rows = [("component", *regions, "USD a month")]
    for component, usd in cost.components.items():
        found = [
            sum(line.usd for line in cost.lines if (line.component, line.region) == (component, region))
            for region in regions
        ]
        rows.append((component, *map(_money, found), _money(usd)))
    rows.append(("total", *map(_money, cost.regions.values()), _money(cost.usd)))
    return _framed(rows, style)


def _by_plugin(cost: Cost, style: Style) -> list[str]:
    rows = [("plugin", "nodes", "database", "cache", "traffic", "USD a month")]
    rows += [
        (plugin.plugin, *map(_money, (plugin.nodes, plugin.database, plugin.cache, plugin.traffic, plugin.usd)))
        for plugin in cost.plugins
    ]
    rows.append(("shared by all", "", "", "", "", _money(cost.shared)))
    rows.append(("total", "", "", "", "", _money(cost.usd)))
    return _framed(rows, style)


def _tiers(costs: Sequence[Cost], style: Style) -> str:
    components = list(dict.fromkeys(name for cost in costs for name in cost.components))
    rows = [("USD a month", *(f"{cost.users:,} users" for cost in costs))]
    rows += [(name, *(_money(cost.components.get(name, 0)) for cost in costs)) for name in components]
    rows.append(("total", *(_money(cost.usd) for cost in costs)))
    rows.append(("a user", *(f"{cost.usd / cost.users:.2f}" for cost in costs)))
    head, *lines, total, each = right(rows)
    regions = sorted({region for cost in costs for region in cost.regions})
    where = f"In {', '.join(region for region in regions if region != GLOBAL)}; a tier takes as many as it needs."
    found = [style.strong(head), *lines, style.strong(total), each, "", where, "", *_foot(costs[-1:], style)]
    return "\n".join(found)


def _foot(costs: Sequence[Cost], style: Style) -> list[str]:
    days = sorted({PRICES[line.price].date for cost in costs for line in cost.lines})
    stated = costs[0].assumptions
    rows = [("assumption", "value", "")]
    for name, field in Assumptions.model_fields.items():
        rows.append((field.alias or name, f"{getattr(stated, name):,g}", field.description or ""))
    head, *lines = table(rows)
    return [
        style.strong(head),
        *lines,
        "",
        *(
            style.faint(line)
            for line in (
                "Another: --assume NAME=NUMBER, or naap:assumptions in the stack's configuration.",
                f"Prices of us-east-1, read {days[0]} to {days[-1]}; other regions by a factor.",
                "Each with its source: analysis/cost/prices.py, or --json.",
                LEFT_OUT,
            )
        ),
    ]


def _framed(rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    head, *lines, last = right(rows)
    return [style.strong(head), *lines, style.strong(last)]


def _money(usd: float) -> str:
    return f"{usd:,.0f}" if usd else "-"


COMMAND = Command(name="cost", help="what a stack costs a month, and of whom", arguments=_arguments, run=_run)
