"""Roles of a whole environment: what is built allows what the plans' documents allow."""

from tests.build.conftest import Builder
from tests.build.environments import Environment
from tests.components.recording import of_type
from tests.planning.roles import actions, policies


def test_every_policy_of_a_role_that_is_built_is_one_that_plans_state(built: Builder) -> None:
    stated = {frozenset(actions(document)) for role, document in policies().items() if role != "team"}
    records = built(Environment(users=100_000, production=True)).update.records
    made = {frozenset(actions(record.inputs["policy"])) for record in of_type(records, "aws:iam/rolePolicy:RolePolicy")}
    assert made == stated
