"""`naap cost`: what a stack costs a month, or the four tiers side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis.cost.bill import GLOBAL, Cost
from analysis.cost.estimate import budget_problem, cost_of
from analysis.cost.prices import PRICES
from console.terminal import Answer, table
from console.text import to_plain
from naap.source import Source
from planning.inputs.assumptions import Assumptions, parse_assumptions
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.settings import Settings
from planning.inputs.tiers import TIERS, USERS_PER_CELL

LEFT_OUT = "List prices on demand, without taxes, discounts and free allowances."
CAUSES = 3


def answer(source: Source, *, tiers: bool, assume: Sequence[str]) -> Answer:
    """tiers: all four side by side. assume: NAME=NUMBER. Raises InvalidInputError."""
    settings, _ = source.inputs()
    assumptions = stated_assumptions(settings, assume)
    if tiers:
        numbers = [tier.max_users or USERS_PER_CELL for tier in TIERS]
        costs = [cost_of(source.plan(users=users), assumptions) for users in numbers]
        return Answer(data=[_data(cost, None) for cost in costs], text=_tiers(costs))
    cost = cost_of(source.plan(users=settings.users), assumptions)
    budget = settings.monthly_budget_usd
    return Answer(data=_data(cost, budget), text=_text(cost, budget))


def stated_assumptions(settings: Settings, stated: Sequence[str]) -> Assumptions:
    """The stack's, with others instead, each as NAME=NUMBER. Raises InvalidInputError."""
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


def _text(cost: Cost, budget: int | None) -> Group:
    head = f"Stack {cost.stack}: {cost.users:,} users, tier {cost.tier}: about USD {cost.usd:,.0f} a month"
    title = Text(head, "bold")
    return Group(title, *_budget(cost, budget), "", _by_region(cost), "", _by_plugin(cost), "", *_foot([cost]))


def _budget(cost: Cost, budget: int | None) -> list[RenderableType]:
    if budget is None:
        return []
    line = f"{cost.usd / budget:.0%} of the budget, USD {budget:,}"
    if budget_problem(cost, budget) is None:
        return [Text(line, "green")]
    causes = [f"  {cause}: USD {usd:,.0f}" for cause, usd in cost.largest(CAUSES)]
    return [Text(f"{line}: such a plan is refused. Its largest causes:", "red"), *causes]


def _by_region(cost: Cost) -> Table:
    regions = list(cost.regions)
    rows = [("component", *regions, "USD a month")]
    for component, usd in cost.components.items():
        found = [
            sum(line.usd for line in cost.lines if (line.component, line.region) == (component, region))
            for region in regions
        ]
        rows.append((component, *map(_money, found), _money(usd)))
    rows.append(("total", *map(_money, cost.regions.values()), _money(cost.usd)))
    return table(rows, numbers=True, total=True)


def _by_plugin(cost: Cost) -> Table:
    rows = [("plugin", "nodes", "database", "cache", "traffic", "USD a month")]
    rows += [
        (plugin.plugin, *map(_money, (plugin.nodes, plugin.database, plugin.cache, plugin.traffic, plugin.usd)))
        for plugin in cost.plugins
    ]
    rows.append(("shared by all", "", "", "", "", _money(cost.shared)))
    rows.append(("total", "", "", "", "", _money(cost.usd)))
    return table(rows, numbers=True, total=True)


def _tiers(costs: Sequence[Cost]) -> Group:
    components = list(dict.fromkeys(name for cost in costs for name in cost.components))
    rows = [("USD a month", *(f"{cost.users:,} users" for cost in costs))]
    rows += [(name, *(_money(cost.components.get(name, 0)) for cost in costs)) for name in components]
    rows.append(("total", *(_money(cost.usd) for cost in costs)))
    rows.append(("a user", *(f"{cost.usd / cost.users:.2f}" for cost in costs)))
    regions = sorted({region for cost in costs for region in cost.regions})
    where = f"In {', '.join(region for region in regions if region != GLOBAL)}; a tier takes as many as it needs."
    styles = [*([""] * len(components)), "bold"]
    return Group(table(rows, numbers=True, styles=styles), "", where, "", *_foot(costs[-1:]))


def _foot(costs: Sequence[Cost]) -> list[RenderableType]:
    days = sorted({PRICES[line.price].date for cost in costs for line in cost.lines})
    stated = costs[0].assumptions
    rows = [("assumption", "value", "")]
    for name, field in Assumptions.model_fields.items():
        rows.append((field.alias or name, f"{getattr(stated, name):,g}", field.description or ""))
    said = (
        "Another: --assume NAME=NUMBER, or naap:assumptions in the stack's configuration.",
        f"Prices of us-east-1, read {days[0]} to {days[-1]}; other regions by a factor.",
        "Each with its source: analysis/cost/prices.py, or --json.",
        LEFT_OUT,
    )
    return [table(rows), "", Text("\n".join(said), "dim")]


def _money(usd: float) -> str:
    return f"{usd:,.0f}" if usd else "-"
