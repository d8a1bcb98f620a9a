"""Turns the rules into a CrossGuard pack.

The SDK decodes a resource anew for each policy, so a policy for each rule would make the pack's cost the number of
rules times the number of resources; here one policy judges a resource by all of its rules, and one the whole stack.
"""

import json
import os
from pathlib import Path
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

from policies.judge import judge_at
from policies.properties import plain
from policies.rule import Resource, Stack

ORDER = "NAAP_DEPLOY"
"""Variable that names what a run is to bring up where that is one plugin: JSON with its URNs as `targets`."""


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


def targets() -> frozenset[str] | None:
    """URNs of the one plugin that a run brings up; None: it is about the whole stack."""
    order = os.environ.get(ORDER)
    return frozenset(json.loads(Path(order).read_text())["targets"]) if order else None


def make_pack() -> PolicyPack:
    """The pack. It serves the engine and does not return before the engine is done.

    Of one plugin's deployment it judges that plugin's resources, each by itself: what others left behind is not its
    matter, and the SDK would take longer to read the whole stack, twice, than all else takes. What belongs together
    is then judged by who deploys (naap/deploy).
    """
    inputs: dict[str, Resource] = {}
    judged = targets()

    def on_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if judged is not None and args.urn not in judged:
            return
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

    of_each = ResourceValidationPolicy(
        name="resources", description="Every resource is hardened (docs/policies.md).", validate=on_resource
    )
    if judged is not None:
        return PolicyPack(name="naap", enforcement_level=EnforcementLevel.MANDATORY, policies=[of_each])
    return PolicyPack(
        name="naap",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[
            of_each,
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
