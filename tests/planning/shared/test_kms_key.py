"""Keys: who may use one."""

import json

from planning.shared.kms_key import KmsKeyPlan, key_policy

ACCOUNT = "123456789012"


def policy(**stated: object) -> list[dict[str, object]]:
    plan = KmsKeyPlan(alias="a", description="d", protect=False, **stated)  # pyright: ignore[reportArgumentType]  # by name
    return json.loads(key_policy(plan, account=ACCOUNT, region="us-east-1"))["Statement"]


def test_a_key_is_the_accounts_alone_unless_it_says_more() -> None:
    (statement,) = policy()
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_logs_use_a_key_for_log_groups_of_this_account_only() -> None:
    statement = policy(logs=True)[1]
    assert statement["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert ACCOUNT in json.dumps(statement["Condition"])


def test_services_use_a_key_for_this_account_only() -> None:
    statement = policy(services=("sns.amazonaws.com",))[1]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_nobody_is_let_in_without_a_condition_but_the_account() -> None:
    assert all("Condition" in statement for statement in policy(logs=True, cdn=True, services=("x",))[1:])
