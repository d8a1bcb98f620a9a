"""`naap plan`."""

import pytest

from tests.naap.running import data, text


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_000])
def test_what_a_person_reads_names_every_plugin(users: int) -> None:
    lines = text("plan", "--users", str(users)).splitlines()
    assert any(line.startswith("my-wallet") for line in lines)


def test_what_a_program_reads_holds_every_region_and_plugin() -> None:
    plan = data("plan", "--stack", "prod")
    assert [region["region"] for region in plan["regions"]] == ["us-east-1", "us-west-2"]
    assert "base-svc" in {plugin["name"] for plugin in plan["regions"][1]["plugins"]}
