"""The platform of one stack: read, plan, build, export."""

# ruff: noqa: E402  # imports are a good part of what is sped up
import asyncio
import gc
import os
import sys

# A program that only makes objects has no garbage to find. Looking for it took a quarter of the imports' time and two
# fifths of the building's (docs/benchmarks.md); what the engine is told is kept to the end in any case.
gc.disable()

from importlib import import_module
from pathlib import Path

import pulumi
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]  # every provider's SDK does


def _send_nothing(*_message: object, **_about: object) -> None:
    """Stands for pulumi.log.debug."""


# The SDK sends the engine nearly five messages a resource that only --debug shows, and waits for each to be taken
# (docs/decisions/debug-messages.md). Before the other imports, as those of the providers' SDKs send some too.
if not os.environ.get("NAAP_SDK_DEBUG"):
    pulumi.log.debug = _send_nothing

from components.aws_providers import aws_providers
from components.stack import read_configuration, read_held
from naap.stack import plan_of
from planning.inputs.problem import InvalidInputError

try:
    stack = pulumi.get_stack()
    configuration = read_configuration(stack)
    plan = plan_of(stack, Path(__file__).parent, configuration.raw, configuration.secret_names, read_held(stack))
except InvalidInputError as error:
    raise pulumi.RunError(str(error)) from None

# The SDK sends nothing before it has its event loop back. It has it here, while a thread reads the classes of both
# SDKs: in that second the engine starts the AWS providers (docs/decisions/providers-first.md).
providers = aws_providers(plan)
_sync_await(asyncio.to_thread(import_module, "components.platform"))

from components.platform import Platform

# The SDK stores the way to each resource, down to Python's event loop: more than a quarter of the state, which the
# engine writes anew at every step. The innermost seven calls are the SDK's six and the line of ours that it comes from.
sys.tracebacklimit = 7
try:
    platform = Platform("naap", plan=plan, providers=providers, root=configuration.root, secrets=configuration.secrets)
finally:
    del sys.tracebacklimit  # an error is shown in full
for name, value in platform.outputs.items():
    pulumi.export(name, value)
