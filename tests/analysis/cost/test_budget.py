"""Budgets and assumptions of a stack: what they refuse, and in which words."""

import math

import pytest

from analysis.cost.estimate import budget_problem, cost_of
from planning.inputs.problem import InvalidInputError
from stack.plan import load_plan
from tests.analysis.cost.estimates import ROOT, cost, with_config


def test_a_plan_above_its_budget_is_refused_with_the_three_largest_causes() -> None:
    with pytest.raises(InvalidInputError) as caught:
        with_config(monthlyBudgetUsd=20_000)
    (problem,) = caught.value.problems
    assert (problem.file, problem.field) == ("Pulumi.prod.yaml", "naap:monthlyBudgetUsd")
    causes = [cause for cause, _ in cost(100_000).largest(3)]
    assert causes[0] == "database: instances"
    assert [problem.value.index(cause) for cause in causes] == sorted(problem.value.index(cause) for cause in causes)


def test_a_budget_counts_with_the_stacks_own_assumptions() -> None:
    busy = {"assumptions": {"requestsPerUser": 500_000}}
    with pytest.raises(InvalidInputError, match="firewall: requests"):
        with_config(**busy)


def test_a_question_about_other_users_is_not_bound_by_the_budget() -> None:
    assert load_plan("dev", ROOT, users=100_000).settings.monthly_budget_usd is None


def test_the_budgets_of_both_stacks_hold_with_room_for_a_plugin_or_two() -> None:
    for stack in ("dev", "prod"):
        planned = load_plan(stack, ROOT)
        budget = planned.settings.monthly_budget_usd
        assert budget is not None
        assert 0.7 * budget < cost_of(planned).usd < 0.9 * budget
        assert budget_problem(cost_of(planned), budget) is None
        edge = planned.home.observability.edge
        assert edge is not None
        assert edge.budget.usd_month == budget


@pytest.mark.parametrize("budget", [0, -5, "a lot", 1.5, True])
def test_a_budget_that_is_none_is_refused(budget: object) -> None:
    with pytest.raises(InvalidInputError, match="naap:monthlyBudgetUsd"):
        with_config(monthlyBudgetUsd=budget)


def test_a_budget_may_come_as_text_as_the_engine_hands_it_over() -> None:
    assert with_config(monthlyBudgetUsd="40000").settings.monthly_budget_usd == 40_000


@pytest.mark.parametrize("stated", [{"requestsPerUser": -1}, {"nodeFillPercent": 0}, {"bytesPerRequest": math.nan}])
def test_an_assumption_that_cannot_be_is_refused_by_its_name(stated: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(stated))):
        with_config(assumptions=stated)


def test_an_unknown_assumption_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInputError, match="one of: requestsPerUser, "):
        with_config(assumptions={"visitsPerUser": 1})
