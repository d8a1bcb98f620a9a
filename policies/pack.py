"""Turns the rules into a CrossGuard pack.

The SDK decodes a resource anew for each policy, so a policy for each rule would make the pack's cost the number of
rules times the number of resources; here one policy judges a resource by all of its rules, and one the whole stack.
"""

import datetime
from functools import cache
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.catalogue import load_catalogue
from policies.environments import environment_of, stack_of, users_of
from policies.evaluator import Evaluator
from policies.exemptions import load_exemptions
from policies.properties import plain
from policies.rule import RULES, STACK_RULES, Resource, Stack
from policies.rules.aws import access as aws_access
from policies.rules.aws import buckets as aws_buckets
from policies.rules.aws import cache as aws_cache
from policies.rules.aws import cost as aws_size
from policies.rules.aws import database as aws_data
from policies.rules.aws import edge as aws_edge
from policies.rules.aws import iam as statements
from policies.rules.aws import logs as aws_logs
from policies.rules.kubernetes import completeness as whole
from policies.rules.kubernetes import gateway, objects, plugins, pods, routes
from policies.rules.kubernetes import network_policies as isolation
from policies.rules.kubernetes import pooler as connections

RULE_MODULES = (
    pods, objects, isolation, gateway, routes, connections, aws_data, aws_cache, aws_buckets, aws_access, aws_edge,
    aws_logs, aws_size, statements, plugins, whole,
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


def to_resource(args: Any) -> Resource:
    """A resource of the SDK (of either kind of policy) in plain values."""
    provider = args.provider.urn if args.provider else ""
    return Resource(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        props=plain(args.props),
        provider=provider,
        protect=bool(args.opts.protect),
    )


def make_pack() -> PolicyPack:
    """The pack. It serves the engine and does not return before the engine is done."""
    inputs: dict[str, Resource] = {}

    def on_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = inputs[args.urn] = to_resource(args)
        for finding in judge_at(args.urn).on_resource(resource):
            report(finding.message, finding.urn)

    def on_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        # At the first preview a provider whose own configuration isn't known yet gives no outputs at all, so the
        # stack is judged by what the program asked for.
        resources = [inputs.get(resource.urn) or to_resource(resource) for resource in args.resources]
        if not resources:
            return
        for finding in judge_at(resources[0].urn).on_stack(Stack(resources)):
            # Without a URN the engine's text mode breaks down.
            report(finding.message, finding.urn or resources[0].urn)

    def on_waiting(args: StackValidationArgs, report: ReportViolation) -> None:
        if not args.resources:
            return
        first = args.resources[0].urn
        if told := judge_at(first).waiting():
            report(told, first)

    return PolicyPack(
        name="naap",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[
            ResourceValidationPolicy(
                name="resources", description="Every resource is hardened (docs/policies.md).", validate=on_resource
            ),
            StackValidationPolicy(
                name="stack", description="What belongs together is there (docs/policies.md).", validate=on_stack
            ),
            # Last: it counts what the others could not judge.
            StackValidationPolicy(
                name="waiting",
                description="What is not known yet is judged at the update.",
                enforcement_level=EnforcementLevel.ADVISORY,
                validate=on_waiting,
            ),
        ],
    )
