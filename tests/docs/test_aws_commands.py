"""Every `aws` command on a page is one that AWS's own service models know, with what it asks for."""

import pytest

from tests.docs.aws_commands import problems
from tests.docs.commands import Command, commands

ALL = commands("aws")


@pytest.mark.parametrize("command", ALL, ids=str)
def test_a_command_states_an_operation_and_all_that_it_wants(command: Command) -> None:
    assert problems(command.words) == []


def test_the_pages_that_a_person_follows_under_pressure_have_commands() -> None:
    assert {"docs/operations.md", "docs/ci.md"} <= {command.page for command in ALL}


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("aws rds promote-replica --db-instance-identifier x", "no such operation"),
        ("aws rds promote-read-replica --identifier x", "no such member"),
        ("aws rds promote-read-replica --region us-east-1", "Missing required parameter"),
        ("aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=a,Status=On", "none of"),
        ("aws iam create-role --role-name a/b --assume-role-policy-document file://t.json", "does not match"),
        ("aws iam create-role --role-name a --assume-role-policy-document {} --max-session-duration 60", "min value"),
    ],
)
def test_a_wrong_command_is_found(command: str, fault: str) -> None:
    assert fault in "\n".join(problems(command.split()))
