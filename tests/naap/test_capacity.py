"""`naap capacity`."""

import pytest

from tests.naap.running import data, refused, text


@pytest.mark.parametrize("users", ["1000", "100000", "10000000"])
def test_capacity_is_shown_at_any_number_of_users(users: str) -> None:
    shown = text("capacity", "--users", users)
    for part in ("requests/s", "my-wallet", "gateway proxies", "cache memory", "addresses"):
        assert part in shown
    assert ("Next: " in shown) is (users != "10000000")


def test_a_program_reads_which_limits_are_passed_and_from_where_they_are() -> None:
    found = data("capacity", "--users", "1000000")
    passed = {limit["name"]: limit for limit in found["limits"] if limit["passed"]}
    assert passed["EC2: vCPUs, on-demand standard instances"]["default"] == 5
    assert passed["EC2: vCPUs, on-demand standard instances"]["source"].endswith("ec2-instance-quotas.html")
    assert found["next"]["users"] > 1_000_000


def test_more_users_than_anybody_plans_for_are_refused() -> None:
    assert "naap:users" in refused("capacity", "--users", "10000001")
