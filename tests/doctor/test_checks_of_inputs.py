"""What is said of pins, tags, secrets and tools; nobody is asked here."""

from datetime import date, timedelta

import pytest

from doctor.checks import pins, secrets, tags, tools
from doctor.finding import Result
from planning.inputs.support_dates import Support
from planning.shared.tags import Tags
from tests.doctor.plans import dev

OK, WARNING, STOPS = Result.OK, Result.WARNING, Result.STOPS


DAY = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("days", "extended", "result"), [(91, True, OK), (90, True, WARNING), (-1, True, WARNING), (0, False, STOPS)]
)
def test_a_pin_near_its_end_hurts_and_a_cluster_past_it_is_not_made(days: int, extended: bool, result: Result) -> None:
    row = Support(what="Amazon EKS", version="1.40", until=DAY + timedelta(days=days), source="docs")
    (found,) = pins.judge_pins(DAY, extended_support=extended, rows=(row,))
    assert found.result is result


@pytest.mark.parametrize("owner", ["aws:mine", "a" * 257, "a&b", "AWS:x"])
def test_a_tag_that_a_service_would_refuse_is_found(owner: str) -> None:
    found = tags.judge_tags("dev", Tags(environment="dev", owner=owner, cost_center="x"), ["plugin"])
    assert [(one.result, one.about.value.partition("=")[0]) for one in found] == [(STOPS, "Owner")]


@pytest.mark.parametrize(("stated", "result"), [({"secure": "v1:x"}, OK), (None, STOPS), ("in-the-open" * 9, STOPS)])
def test_the_root_secret_is_there_and_encrypted(stated: object, result: Result) -> None:
    found = secrets.judge_root_secret("dev", stated)
    assert found.result is result
    assert "in-the-open" not in str(found)


def test_a_secret_in_the_open_is_found_and_not_shown() -> None:
    found = secrets.judge_secrets(
        "dev", dev().registry, {}, {"my-wallet": {"KEY": "in-the-open", "B": {"secure": "x"}}}
    )
    assert [one.about.field for one in found] == ["naap:secrets.my-wallet.KEY"]
    assert "in-the-open" not in str(found)


@pytest.mark.parametrize(
    ("found", "result"),
    [((3, 251, 0), OK), ((3, 260, 1), OK), ((3, 250, 9), WARNING), ((4, 0, 0), STOPS), (None, STOPS)],
)
def test_pulumis_cli_is_no_older_than_its_sdk(found: tuple[int, int, int] | None, result: Result) -> None:
    assert tools.judge_pulumi(found, (3, 251, 0)).result is result


@pytest.mark.parametrize(("found", "result"), [((2, 37, 5), OK), ((1, 45, 11), STOPS), (None, STOPS)])
def test_the_aws_cli_is_version_two(found: tuple[int, int, int] | None, result: Result) -> None:
    assert tools.judge_aws_cli(found).result is result


@pytest.mark.parametrize(
    ("found", "result"), [((1, 36, 3), OK), ((1, 37, 0), OK), ((1, 34, 0), WARNING), (None, WARNING)]
)
def test_kubectl_is_near_the_clusters(found: tuple[int, int, int] | None, result: Result) -> None:
    assert tools.judge_kubectl(found, "1.36").result is result
