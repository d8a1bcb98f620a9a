"""Estimates that several tests ask for, each made once."""

import functools
from pathlib import Path
from typing import Any

from analysis.cost.bill import Cost
from analysis.cost.estimate import cost_of
from planning.platform import PlatformPlan
from stack.configuration import load_stack_config
from stack.plan import load_plan, plan_of

ROOT = Path(__file__).resolve().parents[3]


@functools.cache
def plan(users: int) -> PlatformPlan:
    return load_plan("prod", ROOT, users=users)


@functools.cache
def cost(users: int) -> Cost:
    return cost_of(plan(users))


def with_config(**changes: Any) -> PlatformPlan:
    return plan_of("prod", ROOT, load_stack_config(ROOT, "prod") | changes, {})
