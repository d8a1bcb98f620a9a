"""The platform of one stack, or a preview environment on one: read, plan, build, export."""

# ruff: noqa: E402  # the providers' SDKs send messages while they are imported
from components.startup import quick_sdk, short_origins

quick_sdk()

from pathlib import Path

import pulumi

from components.platform import Platform
from components.preview import Preview
from components.stack import read_order, read_prior_state, read_stack
from planning.inputs.problem import InvalidInputError
from planning.platform import PlatformPlan
from stack.plan import plan_of, plan_preview_of

try:
    stack, order = read_stack(pulumi.get_stack()), read_order()
    inputs = stack.name, Path(__file__).parent, stack.config, stack.secret_names
    plan = plan_preview_of(*inputs) or plan_of(*inputs, read_prior_state(stack.name, order), order=order)
except InvalidInputError as error:
    raise pulumi.RunError(str(error)) from None
with short_origins():
    made = (
        Platform("naap", plan=plan, root_secret=stack.root_secret, configured_secrets=stack.configured_secrets)
        if isinstance(plan, PlatformPlan)
        else Preview("naap", plan=plan, root_secret=stack.root_secret, configured_secrets=stack.configured_secrets)
    )
for name, value in (order.outputs if order else made.outputs).items():
    pulumi.export(name, value)
