"""`naap cost`."""

import math

import pytest

from tests.naap.running import ROOT, data, refused, text


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_stacks_cost_is_shown_by_component_region_and_plugin(stack: str) -> None:
    shown = text("cost", "--stack", stack)
    for part in ("database", "us-east-1", "global", "my-wallet", "shared by all", "requestsPerUser", "of the budget"):
        assert part in shown


def test_the_four_tiers_stand_side_by_side() -> None:
    head, *lines = text("cost", "--tiers").splitlines()
    assert head.split() == [
        "USD",
        "a",
        "month",
        "1,000",
        "users",
        "10,000",
        "users",
        "50,000",
        "users",
        "100,000",
        "users",
    ]
    total = next(line for line in lines if line.startswith("total")).split()[1:]
    numbers = [int(number.replace(",", "")) for number in total]
    assert numbers == sorted(set(numbers))
    assert [round(tier["usd"]) for tier in data("cost", "--tiers")] == numbers


def test_the_readme_shows_the_four_tiers_as_they_are() -> None:
    table = text("cost", "--tiers").partition("\n\n")[0]
    shown = "\n".join(f"    {line}" for line in table.splitlines())
    assert shown in (ROOT / "README.md").read_text(), "copy the table that the command prints into README.md"


def test_a_program_reads_lines_that_sum_to_the_total_and_the_source_of_each_price() -> None:
    found = data("cost", "--stack", "prod")
    assert math.isclose(sum(line["usd"] for line in found["lines"]), found["usd"])
    assert math.isclose(sum(plugin["usd"] for plugin in found["plugins"]) + found["shared"], found["usd"])
    assert {line["price"] for line in found["lines"]} == found["prices"].keys()
    assert all(price["source"] and price["date"] for price in found["prices"].values())
    assert found["withinBudget"]


def test_a_size_above_the_budget_is_shown_with_its_largest_causes() -> None:
    shown = text("cost", "--stack", "dev", "--users", "10000")
    assert "such a plan is refused" in shown
    assert "  database: instances: USD" in shown
    assert data("cost", "--stack", "dev", "--users", "10000")["withinBudget"] is False


def test_an_assumption_can_be_given_and_is_shown() -> None:
    busy = data("cost", "--assume", "requestsPerUser=50000", "--assume", "logBytesPerRequest=0")
    assert busy["assumptions"]["requestsPerUser"] == 50_000
    assert busy["usd"] > data("cost")["usd"]


@pytest.mark.parametrize("stated", ["requestsPerUser", "requestsPerUser=many", "visits=3", "requestsPerUser=-1", "=3"])
def test_an_assumption_that_is_none_is_refused(stated: str) -> None:
    assert "--assume" in refused("cost", "--assume", stated)
