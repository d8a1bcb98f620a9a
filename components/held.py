"""What the stack holds, as its last run said."""

from collections.abc import Mapping
from typing import Any

import pulumi

from planning.held import OUTPUT, Held, parse_held

_READ = "pulumi:pulumi:readStackOutputs"
"""The engine's own function, by which stack references read; it makes no resource."""


def read_held(stack: str) -> Held:
    """Reads this stack's own output of its last run; nothing before the first one."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    answer: Mapping[str, Any] = pulumi.runtime.invoke(_READ, {"name": name}).value
    outputs: Mapping[str, object] = answer["outputs"]
    return parse_held(outputs.get(OUTPUT))
