"""The comment on a change, from what the real engine prints with the real pack; AWS is played."""

import shutil
from pathlib import Path

import pytest

from policies.preview import CANNOT_RUN, UNJUDGED, Preview, comment, read_preview
from tests.standins.conftest import EngineSandbox

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = "never-to-be-told"
BEFORE = f"""\
import pulumi, pulumi_aws as aws
aws.s3.Bucket("uploads", bucket="trial-uploads")
aws.cloudwatch.LogGroup("moved", name="/trial/old")
aws.cloudwatch.LogGroup("kept", name="/trial/kept", tags={{"who": pulumi.Output.secret("{HIDDEN}")}})
"""
AFTER = f"""\
import pulumi, pulumi_aws as aws
archive = aws.s3.Bucket("archive", bucket="trial-archive")
aws.cloudwatch.LogGroup("moved", name="/trial/new", tags={{"of": archive.arn}})
aws.cloudwatch.LogGroup("kept", name="/trial/kept", tags={{"who": pulumi.Output.secret("{HIDDEN}-longer")}})
"""
ASKED = "        resource = inputs[args.urn]"
ASKED_TOO_EARLY = f"""\
        if "of" in args.props.get("tags", {{}}):
            _ = args.props["tags"]["of"]
{ASKED}"""


@pytest.fixture
def changed(sandbox: EngineSandbox) -> EngineSandbox:
    """A stack whose program has changed, with a copy of the pack: the engine writes beside it."""
    shutil.copytree(ROOT / "policies", sandbox.folder / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    sandbox.pulumi("config", "set", "aws:region", "us-east-1")
    sandbox.program(BEFORE)
    sandbox.up()
    sandbox.program(AFTER)
    return sandbox


def _preview(sandbox: EngineSandbox, *pack: str, fails: bool) -> Preview:
    events = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
    return read_preview(sandbox.pulumi("preview", "--json", *pack, fails=fails, environment=events))


@pytest.mark.timeout(300)
def test_a_judged_change_is_told_as_the_engine_saw_it(changed: EngineSandbox) -> None:
    preview = _preview(changed, "--policy-pack", "policies", fails=True)
    assert preview.counts == {"create": 1, "replace": 1, "delete": 1, "update": 1}
    assert [(step.operation, step.name) for step in preview.losses] == [("delete", "uploads")]
    assert not preview.broken

    told = comment(preview, environment="dev")
    assert "[aws-bucket-recorded] archive: has no record of who reads it" in told
    assert HIDDEN not in told


@pytest.mark.timeout(300)
def test_a_pack_that_could_not_run_or_was_not_asked_is_told(changed: EngineSandbox) -> None:
    assert _preview(changed, fails=False).broken == [UNJUDGED]

    pack = changed.folder / "policies" / "pack.py"
    text = pack.read_text()
    assert ASKED in text
    pack.write_text(text.replace(ASKED, ASKED_TOO_EARLY))
    (broken,) = _preview(changed, "--policy-pack", "policies", fails=True).broken
    assert CANNOT_RUN in broken
