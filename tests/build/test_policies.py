"""The policy pack raises no false alarm at any tier, and what a preview can't tell is judged at the update."""

from policies.evaluator import Evaluator
from policies.rule import Stack
from tests.build.conftest import Built
from tests.build.judged import judge_for, resource_of
from tests.components.recording import Run


def _judged(built: Built, run: Run) -> tuple[Evaluator, list[str]]:
    judge = judge_for(built)
    resources = [resource_of(record) for record in run.records]
    found = [finding.message for resource in resources for finding in judge.on_resource(resource)]
    return judge, found + [finding.message for finding in judge.on_stack(Stack(resources))]


def test_no_tier_violates_a_rule_and_everything_is_judged_at_the_update(tier: Built) -> None:
    judge, found = _judged(tier, tier.update)
    assert not found
    assert not judge.undecided
    assert not judge.waiting()


def test_what_a_preview_does_not_know_is_counted_and_is_no_violation(tier: Built) -> None:
    judge, found = _judged(tier, tier.preview)
    assert not found
    assert judge.undecided
    assert judge.waiting().startswith(f"{judge.undecided.total()} judgements")
