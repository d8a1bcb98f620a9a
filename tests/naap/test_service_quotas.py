"""`naap quotas`."""

import pytest

from tests.naap.running import data, refused, text


@pytest.mark.parametrize("users", [1_000, 10_000_000])
def test_quotas_are_printed_at_any_number_of_users(users: int) -> None:
    assert "RDS: instances a region" in text("quotas", "--users", str(users))


def test_a_program_reads_which_quotas_are_passed() -> None:
    quotas = {quota["name"]: quota for quota in data("quotas", "--users", "1000000")["quotas"]}
    assert quotas["EC2: vCPUs, on-demand standard instances"]["passed"]
    assert not quotas["VPC: networks a region"]["passed"]


@pytest.mark.parametrize("users", ["0", "-1", "10000001"])
def test_a_number_of_users_that_no_plan_takes_is_refused(users: str) -> None:
    assert "naap:users" in refused("quotas", "--users", users)
