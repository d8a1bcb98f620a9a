"""What a change would do, as a pull request's comment tells it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from policies.preview import SHOWN, BadPreviewError, comment, cost_line, read_preview

ROOT = Path(__file__).resolve().parents[2]
BUCKET, DATABASE, SERVICE = "aws:s3/bucket:Bucket", "aws:rds/instance:Instance", "kubernetes:core/v1:Service"


PACK = {"summaryEvent": {"PolicyPacks": {"naap": "1.0.0"}}}


def _step(operation: str, kind: str, name: str) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::naap::naap:platform:Plugin${kind}::{name}"
    return {"resourcePreEvent": {"metadata": {"op": operation, "urn": urn, "type": kind}}}


def _said(message: str, level: str = "mandatory") -> dict[str, Any]:
    return {"policyEvent": {"message": f"What every resource is.\n{message}\n", "enforcementLevel": level}}


def _text(*events: dict[str, Any], summary: dict[str, Any] = PACK) -> str:
    return "\n".join(json.dumps({"sequence": number, **event}) for number, event in enumerate((*events, summary)))


def test_what_loses_data_comes_first_and_is_named() -> None:
    preview = read_preview(_text(_step("create", SERVICE, "new"), _step("replace", DATABASE, "shard-0")))
    told = comment(preview, environment="prod")
    assert [step.name for step in preview.losses] == ["shard-0"]
    assert told.index("shard-0") < told.index("new")
    assert "Data or its ground would be lost" in told


def test_a_replacement_in_three_steps_is_one() -> None:
    steps = [_step(operation, SERVICE, "s") for operation in ("create-replacement", "replace", "delete-replaced")]
    preview = read_preview(_text(*steps))
    assert preview.counts == {"replace": 1}
    assert not preview.losses


def test_warnings_before_the_preview_are_passed_over() -> None:
    assert read_preview("warning: old\n" + _text(_step("create", SERVICE, "new"))).counts == {"create": 1}


def test_what_stays_is_not_told() -> None:
    assert "nothing changes" in comment(read_preview(_text(_step("same", BUCKET, "b"))), environment="dev")


def test_the_cost_stands_above_the_resources_and_the_mark_first() -> None:
    told = comment(read_preview(_text(_step("create", SERVICE, "new"))), environment="dev", cost="+ 12 USD a month")
    assert told.startswith("<!-- naap-plan dev -->")
    assert told.index("+ 12 USD") < told.index("new")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('{"usd": 1700.4}', '{"usd": 1750}', "About USD 1,750 a month, +50 (an estimate)."),
        ("", '{"usd": 340}', "About USD 340 a month (an estimate); what it was isn't known."),
        ('{"usd": 340}', "error", "What it would cost isn't known."),
    ],
)
def test_the_cost_is_told_as_a_difference_or_as_not_known(before: str, after: str, told: str) -> None:
    assert cost_line(before, after) == told


def test_a_long_list_is_cut_and_says_so() -> None:
    preview = read_preview(_text(*(_step("create", SERVICE, f"s-{number:03}") for number in range(SHOWN + 5))))
    assert "and 5 more" in comment(preview, environment="dev")


def test_a_violation_is_told_once_and_apart_from_what_waits() -> None:
    preview = read_preview(_text(_said("[a] x: open"), _said("[a] x: open"), _said("2 judgements need", "advisory")))
    assert (preview.violations, preview.remarks, preview.broken) == (["[a] x: open"], ["2 judgements need"], [])
    told = comment(preview, environment="prod")
    assert told.index("Rules violated") < told.index("[a] x: open") < told.index("2 judgements need")


@pytest.mark.parametrize("text", ["error: no credentials", "", '{\n "steps": []\n}', '{"steps": []}'])
def test_what_is_no_preview_or_one_without_what_the_policies_say_is_refused(text: str) -> None:
    with pytest.raises(BadPreviewError, match="PULUMI_ENABLE_STREAMING_JSON_PREVIEW"):
        read_preview(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_text(_step("create", SERVICE, "new")), 0),
        (_text(_step("delete", BUCKET, "uploads")), 1),
        (_text(_said("can't run policy 'stack' from policy pack 'naap'", "advisory")), 1),
        (_text(_step("create", SERVICE, "new"), summary={"summaryEvent": {"PolicyPacks": {}}}), 1),
        ("nothing", 2),
    ],
)
def test_the_command_fails_where_data_would_be_lost_or_the_pack_did_not_run(
    tmp_path: Path, text: str, code: int
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "naap", "rule", "comment", str(file), "--environment", "prod"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
