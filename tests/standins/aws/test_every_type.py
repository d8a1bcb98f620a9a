"""What must hold for every resource type that the stand-in plays."""

from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.standins.aws.identity import IDENTITIES
from rehearsal.standins.aws.naming import RULES as NAMES
from rehearsal.standins.aws.outputs import COMMON, RULES
from rehearsal.standins.aws.replacement.replacement_triggers import FORCED
from rehearsal.standins.aws.sdk.schema import ObjectType
from rehearsal.standins.values import has_unknown
from tests.standins.aws.conftest import Cloud

KINDS = sorted(IDENTITIES)
ALSO = {  # what AWS needs beside what the SDK requires
    "cloudwatch/logResourcePolicy": {"policyName": "naap"},
    "eks/cluster": {"name": "naap"},  # the one that a control plane plays
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_lives_through_check_preview_create_and_an_update_without_changes(
    cloud: Cloud, minimal: Callable[[ObjectType], dict[str, Any]], kind: str
) -> None:
    inputs = minimal(cloud.type(kind).inputs)
    inputs.update(ALSO.get(kind, {}))
    checked = cloud.check(kind, inputs)
    assert checked.failures == ()
    foretold = cloud.provider.create(cloud.resource(kind, preview=True), checked.inputs)
    created = cloud.provider.create(cloud.resource(kind), checked.inputs)
    assert created.identity and foretold.identity == ""
    assert not has_unknown(created.properties)
    assert created.properties.keys() <= cloud.type(kind).outputs.properties.keys()
    assert set(created.properties) <= set(foretold.properties), "preview forgets an output that comes"
    resource = cloud.resource(kind, identity=created.identity)
    assert not cloud.provider.diff(resource, created.properties, checked.inputs, checked.inputs).changes
    again = cloud.provider.update(resource, created.properties, checked.inputs, checked.inputs)
    assert again == created.properties, "a computed output changed although nothing did"


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_aws_can_know_has_a_rule_and_no_rule_is_for_nothing(cloud: Cloud, kind: str) -> None:
    known, rules = cloud.type(kind), RULES.get(kind, {})
    computed = {name for name, item in known.outputs.properties.items() if item.required}
    computed -= {"arn", "region", "tagsAll", *known.inputs.properties}
    assert computed <= {*rules, *COMMON}
    assert set(rules) <= set(known.outputs.properties)
    has_arn = "arn" in known.outputs.properties and "arn" not in known.inputs.properties
    assert bool(IDENTITIES[kind].arn) == has_arn or IDENTITIES[kind].id == "{arn}" or kind == "ssm/parameter"


@pytest.mark.parametrize("kind", sorted(FORCED))
def test_reviewed_replacements_name_real_inputs(cloud: Cloud, kind: str) -> None:
    assert kind in IDENTITIES
    paths = FORCED[kind].by | FORCED[kind].not_by
    assert {path.split(".")[0] for path in paths} <= set(cloud.type(kind).inputs.properties)


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_naming_rules_name_real_inputs(cloud: Cloud, kind: str) -> None:
    assert NAMES[kind].property in cloud.type(kind).inputs.properties
