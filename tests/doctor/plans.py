"""A plan to look at."""

from functools import cache
from pathlib import Path

from planning.platform import PlatformPlan
from stack.plan import load_plan

ROOT = Path(__file__).resolve().parents[2]


@cache
def dev() -> PlatformPlan:
    """Of the stack dev, as the checkout has it."""
    return load_plan("dev", ROOT)
