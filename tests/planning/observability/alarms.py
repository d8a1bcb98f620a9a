"""All alarms of CloudWatch that a size of environment has."""

from planning.inputs.tiers import tier_for
from planning.observability.alarms.alarm import AlarmPlan
from planning.observability.observability import ObservabilityPlan, plan_observability
from tests.planning.samples import settings


def plan(users: int) -> ObservabilityPlan:
    """Of its home region."""
    return plan_observability(stack="dev", region="us-east-1", settings=settings(users), tier=tier_for(users))


def alarms(users: int) -> tuple[AlarmPlan, ...]:
    """Of its home region and of its edge."""
    found = plan(users)
    assert found.edge
    return (*found.alarms, *found.edge.alarms)
