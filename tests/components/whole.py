"""Everything that the program registers for a stack, by the mock engine: for what must hold of every tier."""

import functools
from pathlib import Path

import pulumi

from components.aws_providers import aws_providers
from components.platform import Platform
from components.shared.root_secret import RootSecret
from naap.stack import load_plan
from tests.components.plugins import ROOT as ROOT_SECRET
from tests.components.recording import Recorded, build

ROOT = Path(__file__).resolve().parents[2]
TIERS = (("dev", 1_000), ("dev", 10_000), ("dev", 50_000), ("prod", 100_000))
"""Stack and users: each tier once."""


@functools.cache
def whole(stack: str, users: int) -> tuple[Recorded, ...]:
    """The real registry's platform for so many users."""
    plan = load_plan(stack, ROOT, users=users)

    def make() -> None:
        secrets = {
            spec.name: {name: pulumi.Output.secret("value-of-tests") for name in spec.secrets}
            for spec in plan.registry.plugins
        }
        root = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        Platform("naap", plan=plan, providers=aws_providers(plan), root=root, secrets=secrets)

    return tuple(build(make, stack_name=stack))


def objects(stack: str, users: int) -> list[Recorded]:
    """The Kubernetes objects among it."""
    return [record for record in whole(stack, users) if "kind" in record.inputs and "apiVersion" in record.inputs]
