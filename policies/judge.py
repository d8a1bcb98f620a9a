"""The judge of a stack: every rule of the pack, without the engine that asks them."""

import datetime
from functools import cache

from policies.catalogue import load_catalogue
from policies.environments import environment_of, stack_of, users_of
from policies.evaluator import Evaluator
from policies.exemptions import load_exemptions
from policies.rule import RULES, STACK_RULES
from policies.rules.aws import access as aws_access
from policies.rules.aws import buckets as aws_buckets
from policies.rules.aws import cache as aws_cache
from policies.rules.aws import cost as aws_size
from policies.rules.aws import database as aws_data
from policies.rules.aws import edge as aws_edge
from policies.rules.aws import iam as statements
from policies.rules.aws import logs as aws_logs
from policies.rules.kubernetes import completeness as whole
from policies.rules.kubernetes import gateway, objects, plugins, pods, rate_limits, rights, routes
from policies.rules.kubernetes import network_policies as isolation
from policies.rules.kubernetes import pooler as connections

RULE_MODULES = (
    pods, objects, isolation, gateway, routes, rate_limits, connections, aws_data, aws_cache, aws_buckets, aws_access,
    aws_edge, aws_logs, aws_size, statements, plugins, rights, whole,
)  # fmt: skip
"""Importing them registers their rules."""


@cache
def judge_of(stack: str, users: int | None = None) -> Evaluator:
    """The judge of a stack by its name, made for so many users (None: not known)."""
    descriptions = load_catalogue()
    return Evaluator(
        rules=RULES,
        stack_rules=STACK_RULES,
        descriptions=descriptions,
        exemptions=load_exemptions(frozenset(descriptions)),
        environment=environment_of(stack, users),
        today=datetime.datetime.now(tz=datetime.UTC).date(),
    )


def judge_at(urn: str) -> Evaluator:
    """The judge of the stack of a resource."""
    stack = stack_of(urn)
    return judge_of(stack, users_of(stack))
