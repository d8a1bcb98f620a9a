"""What holds for the whole program in every tier, at preview and at update."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, cast

import pytest

from console.text import to_plain
from planning.shared.regions import CDN_REGION
from rehearsal.standins.aws.account.account import PhysicalName
from rehearsal.standins.aws.account.uniqueness import UNIQUE, names_of
from rehearsal.standins.aws.identity import IDENTITIES
from rehearsal.standins.aws.provider import AwsProvider
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import Resource
from tests.build.conftest import Builder, Built
from tests.build.environments import ROOT_SECRET, TIERS, Environment, names
from tests.components.fakes import ACCOUNT
from tests.components.recording import Recorded, Run, awaited, of_type
from tests.components.wire import MASK
from tests.stateful import DATA, GROUND

TAGS = {"Project", "Environment", "Component", "Owner", "CostCenter", "ManagedBy"}
SHORTEST_SECRET = 16


@pytest.fixture(scope="module")
def sdk() -> Sdk:
    """Types of AWS resources."""
    return Sdk()


def of_aws(run: Run) -> list[Recorded]:
    """The resources in AWS."""
    return [record for record in run.records if record.type.startswith("aws:")]


def test_a_preview_announces_what_an_update_makes(tier: Built) -> None:
    announced = {record.urn for record in tier.preview.records}
    made = {record.urn for record in tier.update.records}

    assert announced ^ made == set()
    assert tier.preview.outputs.keys() == tier.update.outputs.keys()


def test_no_two_resources_share_a_urn(tier: Built) -> None:
    for run in (tier.preview, tier.update):
        count = Counter(record.urn for record in run.records)
        assert [urn for urn, times in count.items() if times > 1] == []


def test_everything_has_a_parent_up_to_the_platform_but_the_providers_that_it_is_given(tier: Built) -> None:
    known = {record.urn: record for record in tier.update.records}
    orphans = [record for record in known.values() if record.parent not in known]

    given = of_type(orphans, "pulumi:providers:aws")
    assert [record.type for record in orphans if record not in given] == ["naap:platform:Platform"]
    assert {record.region for record in given} == {cell.region for cell in tier.plan.regions} | {CDN_REGION}
    assert all(not known[record.parent].custom for record in known.values() if record.parent in known), "in a component"


def test_every_component_says_once_that_it_is_complete(tier: Built) -> None:
    components = {record.urn for record in tier.update.records if not record.custom}

    assert components <= tier.update.outputs.keys()


def keeps_data(record: Recorded) -> bool:
    """Replicas hold nothing of their own, and the limiter's cache holds counters of a minute."""
    return record.type in DATA and "replicateSourceDb" not in record.inputs and not record.name.endswith("-limits")


def test_what_keeps_data_is_protected_and_retained_in_production_and_only_there(tier: Built) -> None:
    production = tier.plan.settings.production
    found = [record for record in tier.update.records if keeps_data(record)]
    wrong = [record for record in found if (record.protect, record.retain_on_delete) != (production, production)]

    assert {record.type for record in found} == set(DATA)
    assert not wrong, names(wrong)


def test_what_all_else_stands_on_is_protected_in_production_and_only_there(tier: Built) -> None:
    found = [record for record in tier.update.records if record.type in GROUND]
    wrong = [record for record in found if record.protect != tier.plan.settings.production]

    assert {record.type for record in found} == set(GROUND)
    assert not wrong, names(wrong)


def test_deletion_protection_of_aws_itself_goes_with_it(tier: Built) -> None:
    writers = [record for record in of_type(tier.update.records, "aws:rds/instance:Instance") if keeps_data(record)]
    for record in [*writers, *of_type(tier.update.records, "aws:eks/cluster:Cluster")]:
        assert record.inputs["deletionProtection"] is tier.plan.settings.production, record.name


def test_no_secret_can_be_read_in_inputs_outputs_or_messages(tier: Built) -> None:
    secrets = {ROOT_SECRET, *tier.derived}
    assert len(secrets) > len(tier.plan.plugins)
    for run in (tier.preview, tier.update):
        secrets |= {text for record in run.records for text in _texts_of_secrets(record)}
    for run in (tier.preview, tier.update):
        said = {record.urn: json.dumps(record.shown) for record in run.records}
        said |= {f"outputs of {urn}": json.dumps(outputs) for urn, outputs in run.outputs.items()}
        said |= {"plan": json.dumps(to_plain(tier.plan), default=str)}
        said |= {f"message {number}": text for number, text in enumerate(run.log)}
        everything = "\n".join(said.values())
        leaked = [secret for secret in secrets if secret in everything]
        where = [place for place, text in said.items() if any(secret in text for secret in leaked)]
        assert not leaked, where


def _texts_of_secrets(record: Recorded) -> Iterator[str]:
    """Texts of inputs that the engine would keep encrypted: passwords, keys, addresses with a password in them."""
    for name in record.secret_inputs:
        yield from _differing(record.inputs[name], record.shown[name])


def _differing(value: Any, shown: Any) -> Iterator[str]:
    if isinstance(value, str) and value != shown and len(value) >= SHORTEST_SECRET and value.isascii():
        yield value
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from _differing(item, None if shown in (MASK, None) else shown[key])
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _differing(item, None if shown in (MASK, None) else shown[index])


def test_everything_that_takes_tags_carries_those_of_the_environment(tier: Built, sdk: Sdk) -> None:
    for record in of_aws(tier.update):
        if "tags" in sdk.resource(record.type).inputs.properties:
            tags: Mapping[str, str] = record.inputs.get("tags") or {}
            assert tags.keys() >= TAGS, f"{record.type} {record.name}"
            assert tags["Environment"] == tier.plan.stack


def test_the_played_aws_knows_every_type_and_takes_every_input(tier: Built, sdk: Sdk) -> None:
    unknown = {record.type for record in of_aws(tier.update) if record.type.split(":")[1] not in IDENTITIES}
    assert not unknown
    played = AwsProvider(sdk)
    played.configure({}, {"region": "us-east-1"})
    refused = {
        record.urn: failures
        for run in (tier.preview, tier.update)
        for record in of_aws(run)
        if (failures := played.check(Resource(urn=record.urn), {}, dict(record.inputs)).failures)
    }
    assert refused == {}


def test_no_two_resources_have_a_name_that_aws_gives_once(tier: Built, sdk: Sdk) -> None:
    """Neither where AWS would refuse the second, nor where the two would overwrite each other for ever."""
    holders: dict[PhysicalName, list[str]] = {}
    for record in of_aws(tier.update):
        regional = "region" in sdk.resource(record.type).outputs.properties
        for name in names_of(record.type.split(":")[1], record.region if regional else "", dict(record.inputs)):
            holders.setdefault(name, []).append(record.urn)

    assert len({name.kind for name in holders}) > len(UNIQUE) // 3
    assert {name: urns for name, urns in holders.items() if len(urns) > 1} == {}


def test_security_groups_are_described_in_the_characters_that_ec2_takes(tier: Built) -> None:
    """Neither the SDK nor the provider knows them: EC2 itself refuses all others, an apostrophe among them."""
    kinds = ("aws:ec2/securityGroup:", "aws:vpc/securityGroupIngressRule:", "aws:vpc/securityGroupEgressRule:")
    stated = {record.inputs["description"] for record in of_aws(tier.update) if record.type.startswith(kinds)}
    assert len(stated) > len(kinds)
    assert [text for text in stated if not re.fullmatch(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}", text)] == []


SAYS_NO_ACCOUNT = {"ec2.amazonaws.com", "s3.amazonaws.com"}
"""Services that don't say, by AWS's documentation, for which account they take a role."""


def test_a_service_takes_a_role_for_this_account_only(tier: Built) -> None:
    for role in of_type(tier.update.records, "aws:iam/role:Role"):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        if statement["Principal"]["Service"] in SAYS_NO_ACCOUNT:
            assert "Condition" not in statement, role.name
        else:
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, role.name


def test_every_object_in_a_cluster_names_its_cluster(tier: Built) -> None:
    objects = [record for record in tier.update.records if record.type.startswith("kubernetes:")]
    clusters = {record.urn: record for record in of_type(tier.update.records, "pulumi:providers:kubernetes")}

    assert len(clusters) == len(tier.plan.regions)
    assert objects
    assert {record.provider.rpartition("::")[0] for record in objects} == clusters.keys()


def test_what_runs_in_a_cluster_is_destroyed_before_its_nodes(tier: Built) -> None:
    """A controller without a node takes no finalizer away, and what waits for it would wait for ever."""
    records = tier.update.records
    pools = {record.provider: record.urn for record in records if record.type.endswith(":NodePool")}

    free = [
        record
        for record in records
        if record.type.startswith("kubernetes:")
        and record.inputs.get("metadata", {}).get("namespace", record.inputs.get("namespace"))
        not in (None, "kube-system")
        and pools[record.provider] not in awaited(records, record)
    ]
    assert not free, names(free)
    classes = [record for record in records if record.type.endswith(":GatewayClass")]
    assert classes
    assert all(pools[record.provider] in awaited(records, record) for record in classes)


def test_the_top_tier_has_a_cluster_in_each_of_two_regions_and_writers_at_home_only(built: Builder) -> None:
    top = built(TIERS[-1])
    regions = [record.region for record in of_type(top.update.records, "aws:eks/cluster:Cluster")]
    instances = of_type(top.update.records, "aws:rds/instance:Instance")
    writers = [record.region for record in instances if not record.inputs.get("replicateSourceDb")]

    assert sorted(regions) == ["us-east-1", "us-west-2"]
    assert set(writers) == {"us-east-1"}
    assert {record.region for record in instances} == {"us-east-1", "us-west-2"}


def test_a_larger_tier_keeps_every_resource_that_keeps_data(built: Builder) -> None:
    """The URN of a resource is its identity: what a smaller tier has, a larger one has under the same one."""
    smaller = [Environment(users=tier.users, production=True) for tier in TIERS[1:]]
    runs = [built(environment).update for environment in smaller]
    for before, after in pairwise(runs):
        kept = {record.urn for record in before.records if record.type in GROUND or keeps_data(record)}
        assert kept - {record.urn for record in after.records} == set()
