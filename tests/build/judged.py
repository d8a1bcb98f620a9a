"""What the program built, as the policy pack sees it."""

from policies.evaluator import Evaluator
from policies.judge import judge_of
from policies.properties import plain
from policies.rule import Resource
from tests.build.conftest import Built
from tests.components.recording import Recorded


def judge_for(built: Built) -> Evaluator:
    """A judge that has judged nothing yet."""
    judge_of.cache_clear()
    return judge_of(built.plan.stack, built.plan.settings.users)


def resource_of(record: Recorded) -> Resource:
    """A registration."""
    return Resource(
        type=record.type,
        name=record.name,
        urn=record.urn,
        props=plain(dict(record.inputs)),
        provider=record.provider,
        protect=record.protect,
    )
