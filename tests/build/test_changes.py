"""What `naap change` says is what the whole program then asks an engine for."""

import pytest

from analysis.change.compare import compare
from tests.build.conftest import Builder, Built
from tests.build.environments import TIERS, Environment
from tests.touched import Touched, differing, engine_says, plan_says

FIRST, *_, TOP = (Environment(users=tier.users, production=True) for tier in TIERS[1:])
MIDDLE = TIERS[2]


def touched(before: Built, after: Built) -> list[Touched]:
    """The steps of an engine that has one of them and is asked for the other."""
    old = {record.urn: record.inputs for record in before.update.records if record.custom}
    new = {record.urn: record.inputs for record in after.update.records if record.custom}
    steps = [Touched(operation="delete", urn=urn) for urn in old if urn not in new]
    steps += [Touched(operation="create", urn=urn) for urn in new if urn not in old]
    return steps + [
        Touched(operation="update", urn=urn, paths=frozenset(differing(old[urn], inputs)))
        for urn, inputs in new.items()
        if urn in old and old[urn] != inputs
    ]


@pytest.mark.parametrize(("start", "end"), [(FIRST, MIDDLE), (MIDDLE, TOP), (TOP, FIRST)])
def test_the_plan_says_of_every_part_what_the_program_asks_for(
    built: Builder, start: Environment, end: Environment
) -> None:
    before, after = built(start), built(end)

    plugins = {plugin.name for plugin in (*before.plan.plugins, *after.plan.plugins)}
    engine = engine_says(touched(before, after), plugins)
    assert engine == plan_says(compare(before.plan, after.plan))
    assert len(engine) > 15
