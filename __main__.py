"""The platform of one stack: read, plan, build, export."""

# ruff: noqa: E402  # the providers' SDKs send messages while they are imported
from components.startup import quick_sdk, short_origins

quick_sdk()

from pathlib import Path

import pulumi

from components.platform import Platform
from components.stack import read_prior_state, read_stack
from planning.inputs.problem import InvalidInputError
from stack.plan import plan_of

try:
    stack = read_stack(pulumi.get_stack())
    plan = plan_of(stack.name, Path(__file__).parent, stack.config, stack.secret_names, read_prior_state(stack.name))
except InvalidInputError as error:
    raise pulumi.RunError(str(error)) from None
with short_origins():
    platform = Platform("naap", plan=plan, root_secret=stack.root_secret, configured_secrets=stack.configured_secrets)
for name, value in platform.outputs.items():
    pulumi.export(name, value)
