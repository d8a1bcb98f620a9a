"""What reaches AWS keeps to the patterns, lengths, bounds and enumerations of AWS's own service models."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from planning.shared.tags import Tags
from tests.build.conftest import Builder, Built
from tests.build.environments import TIERS
from tests.build.service_models import OPERATIONS, findings, tag_findings
from tests.components.recording import Recorded, of_type
from tests.planning.samples import settings

LEAST_KNOWN = 0.95
"""Of all values that are stated, so many find their name in the models."""


def _kind(record: Recorded) -> str:
    return record.type.split(":")[1]


def test_every_value_keeps_to_the_rules_of_the_service_that_takes_it(tier: Built) -> None:
    refused = [
        f"{record.name} ({_kind(record)}) {found.path}: {found.broken}"
        for record in tier.update.records
        if record.type.startswith("aws:")
        for found in findings(_kind(record), record.inputs)
        if found.broken
    ]
    assert not refused, "\n".join(refused)


def test_the_models_know_nearly_every_value(tier: Built, capsys: pytest.CaptureFixture[str]) -> None:
    stated = [record for record in tier.update.records if record.type.startswith("aws:")]
    known = Counter(found.known for record in stated for found in findings(_kind(record), record.inputs))
    share = known[True] / known.total()
    with capsys.disabled():
        print(f" {share:.1%} of {known.total()} values have a rule's name,", end="")  # noqa: T201  # what this is for

    assert share >= LEAST_KNOWN


def test_each_call_of_the_table_is_made_for_something(built: Builder) -> None:
    kinds = {_kind(record) for tier in TIERS for record in built(tier).update.records if ":" in record.type}
    assert OPERATIONS.keys() - kinds == set()


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("iam/role", {"name": "a name with spaces"}),
        ("cloudfront/distribution", {"priceClass": "PriceClass_300"}),
        ("cloudfront/distribution", {"origins": [{"vpcOriginConfig": {"originReadTimeout": "x"}}], "httpVersion": "4"}),
        ("eks/cluster", {"name": "n" * 101}),
        ("cloudwatch/metricAlarm", {"evaluationPeriods": 0}),
        ("kms/key", {"tags": {"Owner": "R&D"}}),
    ],
)
def test_a_value_that_a_service_would_refuse_is_found(kind: str, inputs: dict[str, object]) -> None:
    assert [found for found in findings(kind, inputs) if found.broken]


def test_nodes_carry_tags_that_aws_takes(tier: Built) -> None:
    classes = of_type(tier.update.records, "kubernetes:eks.amazonaws.com/v1:NodeClass")
    assert classes
    assert [found for record in classes for found in tag_findings(record.inputs["spec"]["tags"]) if found.broken] == []


@example(text="Team Wallets +1: a_b/c=d@e.f")
@given(text=st.one_of(st.text(min_size=1, max_size=140), st.text("abc -_.:/=+@&,()'é\n", min_size=1)))
@pytest.mark.parametrize("setting", ["owner", "cost_center"])
def test_an_owner_that_is_taken_is_one_that_aws_takes(setting: str, text: str) -> None:
    try:
        taken = settings(stated={setting: text})
    except ValidationError:
        return  # refused: nothing of it reaches AWS
    tags = Tags(environment="dev", owner=taken.owner, cost_center=taken.cost_center).of("network")
    assert [found for found in tag_findings(tags) if found.broken] == []
