"""`naap change`."""

import json
from pathlib import Path

import pytest

from tests.naap.running import ROOT, data, refused, text


def test_more_users_are_told_in_order_of_risk() -> None:
    said = text("change", "--users", "60000")

    places = [said.index(f"\n{risk} ") for risk in ("restarted", "changes", "grows", "added")]
    assert places == sorted(places)
    assert "tier 1k -> 100k" in said
    assert "my-wallet" in said


def test_fewer_users_are_refused_with_the_way_to_keep_what_is_there() -> None:
    said = text("change", "--stack", "prod", "--users", "6000")

    assert said.index("refused") < said.index("removed") < said.index("restarted")
    assert "pulumi config set naap:shards 4" in said
    assert "pulumi config set naap:storageGib 400" in said


def test_a_bill_above_the_budget_is_refused_too() -> None:
    said = text("change", "--users", "60000")

    assert "naap:monthlyBudgetUsd" in said
    assert said.index("refused") < said.index("\nrestarted")


def test_a_program_reads_the_same() -> None:
    found = data("change", "--stack", "prod", "--users", "6000")

    assert {"value", "rule", "fix"} <= found["refused"][0].keys()
    assert found["changes"][0]["risk"] == "replaced"
    assert (found["before"]["users"], found["after"]["users"]) == (100_000, 6_000)


def test_the_same_users_change_nothing() -> None:
    assert "Nothing would change." in text("change")


def test_another_registry_is_compared_with_the_configured_one() -> None:
    content = (ROOT / "plugins" / "registry.yaml").read_text()
    other = ROOT / "plugins" / "registry-for-a-test.yaml"
    other.write_text(content.replace("version: 1.2.0", "version: 1.3.0").replace("community:1.2.0", "community:1.3.0"))
    try:
        said = text("change", "--registry", "plugins/registry-for-a-test.yaml")
    finally:
        other.unlink()

    assert "plugin community" in said
    assert "my-wallet" not in said


def test_what_the_stack_really_holds_can_be_handed_over(tmp_path: Path) -> None:
    held = tmp_path / "held.json"
    shard = {"askedGib": 400, "thereGib": 3_000, "plugins": ["base-svc"]}
    held.write_text(json.dumps({"regions": ["us-east-1"], "shards": {"0": shard}}))

    # Today's own configuration would already be refused.
    assert "naap:storageGib 3000" in refused("change", "--users", "900", "--held", str(held))


@pytest.mark.parametrize("content", ['{"shards": {"0": {}}}', '{"apiUrl": "x"}', "null", "[]", "1", '{"regions": []}'])
def test_a_file_that_is_no_such_output_is_refused(tmp_path: Path, content: str) -> None:
    bad = tmp_path / "held.json"
    bad.write_text(content)

    assert "pulumi stack output held --json" in refused("change", "--users", "900", "--held", str(bad))


def test_users_that_no_plan_takes_are_an_error() -> None:
    assert "naap:users" in refused("change", "--users", "0")
