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


def _step(operation: str, kind: str, name: str) -> dict[str, Any]:
    return {"op": operation, "urn": f"urn:pulumi:prod::naap::naap:platform:Plugin${kind}::{name}"}


def _text(*steps: dict[str, Any], diagnostics: list[dict[str, str]] | None = None) -> str:
    return json.dumps({"steps": list(steps), "diagnostics": diagnostics or []})


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


def test_what_is_no_preview_is_refused() -> None:
    with pytest.raises(BadPreviewError, match="pulumi preview --json"):
        read_preview("error: no credentials")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_text(_step("create", SERVICE, "new")), 0),
        (_text(_step("delete", BUCKET, "uploads")), 1),
        (
            _text(diagnostics=[{"severity": "warning", "message": "can't run policy 'stack' from policy pack 'naap'"}]),
            1,
        ),
        ("nothing", 2),
    ],
)
def test_the_command_fails_where_data_would_be_lost_or_the_pack_did_not_run(
    tmp_path: Path, text: str, code: int
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "policies", "comment", str(file), "--environment", "prod"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
