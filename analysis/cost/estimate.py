"""What an environment costs a month."""

from collections.abc import Iterator, Mapping

from analysis.cost.bill import Cost, Line
from analysis.cost.compute import compute_lines
from analysis.cost.data import cache_lines, database_lines, storage_lines
from analysis.cost.edge import edge_lines, secret_lines
from analysis.cost.load import RegionLoad, region_load, request_parts
from analysis.cost.network import network_lines
from analysis.cost.observability import edge_seeing_lines, seeing_lines
from analysis.cost.plugin_shares import plugin_costs
from planning.inputs.assumptions import Assumptions
from planning.inputs.problem import InvalidInputError, Problem
from planning.platform import PlatformPlan


def cost_of(plan: PlatformPlan, assumptions: Assumptions | None = None) -> Cost:
    """The bill of an average month at list prices, without taxes, discounts and free allowances.

    assumptions: instead of those of the plan's settings.
    """
    stated = assumptions or plan.settings.assumptions
    requests = request_parts(plan.plugins)
    loads = {
        region.region: region_load(
            region, tier=plan.tier, users=plan.settings.users, assumptions=stated, parts=requests
        )
        for region in plan.regions
    }
    lines = tuple(line for line in _lines(plan, loads, stated) if line.quantity)
    return Cost(
        stack=plan.stack,
        users=plan.settings.users,
        tier=plan.tier.name.value,
        lines=lines,
        plugins=plugin_costs(plan, lines, loads, requests),
        assumptions=stated,
    )


def budget_problem(cost: Cost, budget: int | None) -> Problem | None:
    """What is wrong where a bill passes its budget (USD a month), with the three largest causes."""
    if budget is None or cost.usd <= budget:
        return None
    causes = ", ".join(f"{cause} {usd:,.0f}" for cause, usd in cost.largest(3))
    return Problem(
        file=f"Pulumi.{cost.stack}.yaml",
        entry="config",
        field="naap:monthlyBudgetUsd",
        value=f"{budget:,}, and {cost.users:,} users cost about USD {cost.usd:,.0f} a month (most: {causes})",
        rule="the plan costs no more than the stack's budget",
        fix="raise the budget, lower naap:users, or see naap cost for what else could go",
    )


def check_budget(plan: PlatformPlan) -> None:
    """Raises InvalidInputError where the plan costs more than the stack's budget."""
    budget = plan.settings.monthly_budget_usd
    if budget is not None and (problem := budget_problem(cost_of(plan), budget)):
        raise InvalidInputError([problem])


def _lines(plan: PlatformPlan, loads: Mapping[str, RegionLoad], assumptions: Assumptions) -> Iterator[Line]:
    for region in plan.regions:
        load = loads[region.region]
        yield from compute_lines(region, load, plan.tier, assumptions)
        for shard in plan.shards:
            yield from database_lines(shard, region, assumptions)
        yield from cache_lines(region, plan.tier)
        yield from storage_lines(
            region,
            load,
            users=plan.settings.users,
            log_days=plan.tier.log_days,
            regions=len(plan.regions),
            assumptions=assumptions,
        )
        yield from network_lines(region, load, plan.shards, assumptions)
        yield from seeing_lines(region, load, plan, assumptions)
        yield from secret_lines(region, plan)
    yield from edge_lines(plan, assumptions)
    yield from edge_seeing_lines(plan, assumptions)
