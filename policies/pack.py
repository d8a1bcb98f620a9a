"""Turns the rules into a CrossGuard pack.

The SDK decodes a resource anew for each policy, so a policy for each rule would make the pack's cost the number of
rules times the number of resources; here one policy judges a resource by all of its rules, and one the whole stack.
"""

import datetime
from typing import Any

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies import aws_access, aws_data, objects, pods, whole
from policies.catalogue import load_catalogue
from policies.exemptions import load_exemptions
from policies.judge import Judge
from policies.rule import RULES, STACK_RULES, Environment, Resource, Stack
from policies.values import plain

RULE_MODULES = (pods, objects, aws_data, aws_access, whole)
"""Importing them registers their rules."""

HIGH_AVAILABILITY_FROM_USERS = 1_000
"""Above this many users the loss of a zone must not stop an environment."""

BACKUP_DAYS = {True: 7, False: 1}
"""Days that backups are kept at least: in production, elsewhere."""


def environment() -> Environment:
    """What the stack under judgement must hold to; production where its configuration can't be read."""
    config = pulumi.Config("naap")
    production = config.get("production")
    users = config.get_int("users")
    strict = production is None and users is None
    return Environment(
        production=strict or production == "true",
        multi_az=users is not None and users > HIGH_AVAILABILITY_FROM_USERS,
        backup_days=BACKUP_DAYS[production == "true"],
    )


def make_judge() -> Judge:
    """The judge of the stack whose configuration the engine has handed over."""
    descriptions = load_catalogue()
    return Judge(
        rules=RULES,
        stack_rules=STACK_RULES,
        descriptions=descriptions,
        exemptions=load_exemptions(frozenset(descriptions)),
        environment=environment(),
        today=datetime.datetime.now(tz=datetime.UTC).date(),
    )


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
    judge = make_judge()

    def on_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for finding in judge.on_resource(to_resource(args)):
            report(finding.message, finding.urn)

    def on_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [to_resource(resource) for resource in args.resources]
        root = next(
            (item.urn for item in resources if item.type == "pulumi:pulumi:Stack"),
            resources[0].urn if resources else None,
        )
        for finding in judge.on_stack(Stack(resources)):
            report(finding.message, finding.urn or root)

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
        ],
    )
