"""The engine's event log, as progress and results are read from it."""

import json
from pathlib import Path
from typing import Any

from rehearsal.events import Outcome, Tail, changes, remarks, short_name

URN = "urn:pulumi:dev::naap::naap:platform:Platform$aws:s3/bucket:Bucket::assets"


def step(op: str, urn: str = URN) -> dict[str, Any]:
    return {"resOutputsEvent": {"metadata": {"op": op, "urn": urn}}}


def summary(**changed: int) -> dict[str, Any]:
    return {"summaryEvent": {"resourceChanges": changed, "PolicyPacks": {"naap|local|/somewhere": "1"}}}


def outcome(*events: dict[str, Any]) -> Outcome:
    result = Outcome()
    for event in events:
        result.take(event)
    return result


def test_only_unchanged_resources_mean_that_nothing_changed() -> None:
    assert outcome(step("same"), summary(same=3)).nothing_changed
    assert not outcome(step("create"), summary(same=3, create=1)).nothing_changed


def test_without_a_summary_nothing_is_said_to_be_unchanged() -> None:
    assert not outcome(step("same")).nothing_changed


def test_a_component_that_ends_twice_counts_once() -> None:
    assert outcome(step("create"), step("create")).steps == [("create", URN)]


def test_errors_carry_the_resource_they_are_about() -> None:
    told = {"diagnosticEvent": {"urn": URN, "message": "no such thing\n", "severity": "error"}}
    assert outcome(told).errors == ["aws:s3/bucket:Bucket assets: no such thing"]


def test_a_policy_is_told_once_with_how_many_more_break_it() -> None:
    told = [
        {
            "policyEvent": {
                "resourceUrn": f"{URN}-{i}",
                "message": "m",
                "policyName": "p",
                "enforcementLevel": "advisory",
            }
        }
        for i in range(3)
    ]
    assert remarks(outcome(*told)) == ["policy p (advisory), aws:s3/bucket:Bucket assets-0 and 2 more: m"]


def test_many_changes_are_counted_and_few_are_listed() -> None:
    few = outcome(step("update"), summary(update=1))
    assert changes(few) == ["  update  aws:s3/bucket:Bucket assets", "Would be: 1 update."]
    many = outcome(*(step("create", f"{URN}{i}") for i in range(100)), summary(create=100))
    assert changes(many) == ["Would be: 100 create."]


def test_the_pack_is_named_without_its_place() -> None:
    assert outcome(summary(same=1)).packs == ["naap"]


def test_a_line_that_is_not_whole_yet_waits(tmp_path: Path) -> None:
    log = tmp_path / "events"
    tail = Tail(log)
    assert list(tail.new()) == []
    line = json.dumps(step("create")) + "\n"
    log.write_text(line + line[:10])
    assert list(tail.new()) == [step("create")]
    log.write_text(line + line)
    assert list(tail.new()) == [step("create")]


def test_a_name_is_short_but_keeps_its_own_colons() -> None:
    assert short_name(URN + "::x") == "aws:s3/bucket:Bucket assets::x"
    assert short_name("?") == "?"


def test_what_stays_as_it_is_is_read_without_its_states_and_counts_like_all_else(tmp_path: Path) -> None:
    """As the engine writes it: most of a large stack's log, twice with all properties."""
    state = {"type": "aws:s3/bucket:Bucket", "urn": URN, "inputs": {"metadata": {"op": "update"}}}
    log, tail = tmp_path / "events", Tail(tmp_path / "events")
    for op in ("same", "update"):
        metadata = {"op": op, "urn": URN, "type": "aws:s3/bucket:Bucket", "old": state, "new": state}
        whole = {"sequence": 5, "timestamp": 1795959733, "resOutputsEvent": {"metadata": metadata}}
        with log.open("a") as lines:
            lines.write(json.dumps(whole, separators=(",", ":")) + "\n")
    same, update = tail.new()

    assert same == {"resOutputsEvent": {"metadata": {"op": "same", "urn": URN}}}
    assert update["resOutputsEvent"]["metadata"]["new"] == state
    found = outcome(same, update)
    assert (found.finished, found.steps) == (2, [("update", URN)])
