"""The policy pack raises no false alarm at any tier, and what a preview can't tell is judged at the update."""

from policies.judge import Judge
from policies.pack import judge_of
from policies.rule import Resource, Stack
from policies.values import plain
from tests.build.conftest import Built
from tests.components.recording import Recorded, Run


def _judged(stack: str, run: Run) -> tuple[Judge, list[str]]:
    judge_of.cache_clear()
    judge = judge_of(stack)
    resources = [_resource(record) for record in run.records]
    found = [finding.message for resource in resources for finding in judge.on_resource(resource)]
    return judge, found + [finding.message for finding in judge.on_stack(Stack(resources))]


def _resource(record: Recorded) -> Resource:
    return Resource(
        type=record.type,
        name=record.name,
        urn=record.urn,
        props=plain(dict(record.inputs)),
        provider=record.provider,
        protect=record.protect,
    )


def test_no_tier_violates_a_rule_and_everything_is_judged_at_the_update(tier: Built) -> None:
    judge, found = _judged(tier.plan.stack, tier.update)
    assert not found
    assert judge.undecided == 0


def test_what_a_preview_does_not_know_is_counted_and_is_no_violation(tier: Built) -> None:
    judge, found = _judged(tier.plan.stack, tier.preview)
    assert not found
    assert judge.undecided > 0
