"""What becomes of databases in the whole program, in two regions: rotated, archived, restored, moved, migrated."""

import pytest

from policies.judge import judge_of
from policies.rule import Stack
from tests.build.environments import REGISTRY, TIERS, build, plan
from tests.build.judged import resource_of
from tests.components.recording import Recorded, awaited, of_type, one

TOP = TIERS[-1]
JOB, DEPLOYMENT = "kubernetes:batch/v1:Job", "kubernetes:apps/v1:Deployment"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
ARCHIVE = f"archives/service-gateway/plugin_service_gateway-{'0' * 64}.dump"
CHANGES = {
    "schema: plugin_wallet": "schema: plugin_wallet\n      passwordGeneration: 2",
    "schema: plugin_service_gateway": f"schema: plugin_service_gateway\n      restore: {ARCHIVE}",
    "schema: plugin_daydream": "schema: plugin_daydream\n      moveTo: 1",
}
MORE = f"""
  gone:
    version: 1.0.0
    lifecycle: archived
    installs: {{active: 0, counted: 2026-11-01}}
    image: registry.example/gone:1.0.0@sha256:{"0" * 64}
    port: 65001
    apiPrefix: /api/v1/gone
    database: {{schema: plugin_gone, shard: 3}}
  moved:
    version: 1.0.0
    image: registry.example/moved:1.0.0@sha256:{"0" * 64}
    port: 65002
    apiPrefix: /api/v1/moved
    database: {{schema: plugin_moved, shard: 2, movedFrom: 1}}
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Recorded]:
    """The top tier with a registry in which all of it happens at once."""
    text = REGISTRY
    for before, after in CHANGES.items():
        assert before in text
        text = text.replace(before, after)
    planned = plan(TOP, tmp_path_factory.mktemp("registry"), text + MORE)
    found = build(planned).records
    resources = [resource_of(record) for record in found]
    judge_of.cache_clear()
    judge = judge_of(planned.stack, planned.settings.users)
    said = [finding.message for resource in resources for finding in judge.on_resource(resource)]
    assert not [*said, *(finding.message for finding in judge.on_stack(Stack(resources)))]
    return found


def _jobs(records: list[Recorded], start: str) -> list[Recorded]:
    return [record for record in of_type(records, JOB) if record.inputs["metadata"]["name"].startswith(start)]


def _job(records: list[Recorded], start: str) -> Recorded:
    (found,) = _jobs(records, start)
    return found


def _deployments(records: list[Recorded], plugin: str) -> list[Recorded]:
    return [
        record
        for record in of_type(records, DEPLOYMENT)
        if record.inputs["metadata"]["namespace"] == f"plugin-{plugin}"
    ]


def test_an_old_password_goes_only_after_the_pods_of_every_region_have_the_new_one(records: list[Recorded]) -> None:
    retirement = _job(records, "logins-")
    assert retirement.inputs["metadata"]["name"].startswith("logins-my-wallet-")
    pods = _deployments(records, "my-wallet")
    assert len(pods) == 3  # two regions, and at home the one that does timed work
    assert {record.urn for record in pods} <= awaited(records, retirement)
    assert {_job(records, "schema-my-wallet-").urn} <= awaited(records, *pods)


def test_pods_of_a_version_wait_in_every_region_for_the_migration_that_brings_their_schema(
    records: list[Recorded],
) -> None:
    """And for the poolers of their region, which forget what was prepared before it."""
    renewals = [one for one in of_type(records, CONFIG_MAP) if one.inputs["metadata"]["name"].endswith("-migrated")]
    assert len(renewals) == len(_jobs(records, "migrate-")) * 2
    for plugin in ("base-svc", "my-wallet"):
        migration = _job(records, f"migrate-{plugin}-")
        assert _job(records, f"schema-{plugin}-").urn in awaited(records, migration)
        pods = _deployments(records, plugin)
        assert len({pod.provider for pod in pods}) == 2
        for pod in pods:
            (renewal,) = [
                one
                for one in renewals
                if one.provider == pod.provider and one.inputs["metadata"]["name"] == f"plugin-{plugin}-migrated"
            ]
            assert renewal.inputs["metadata"]["namespace"] == "naap-pooler"
            assert migration.urn in awaited(records, renewal)
            assert {migration.urn, renewal.urn} <= awaited(records, pod)


def test_tables_that_others_refer_to_are_there_before_they_are_granted(records: list[Recorded]) -> None:
    owner = _job(records, "migrate-base-svc-")
    for plugin in ("my-wallet", "community", "developer-api"):
        assert owner.urn in awaited(records, _job(records, f"schema-{plugin}-"))
        assert owner.urn in awaited(records, _job(records, f"migrate-{plugin}-"))
    assert owner.urn not in awaited(records, _job(records, "schema-daydream-video-"))


def test_an_archived_plugin_is_archived_once_and_has_nothing_else_of_a_database(records: list[Recorded]) -> None:
    archive = _job(records, "archive-gone-")
    assert not _jobs(records, "schema-gone-")
    assert [step["name"] for step in archive.inputs["spec"]["template"]["spec"]["initContainers"]] == [
        "fetch",
        "take",
        "upload",
    ]


def test_a_restore_comes_after_the_schema_and_before_the_pods(records: list[Recorded]) -> None:
    restore = _job(records, "restore-service-gateway-")
    assert _job(records, "schema-service-gateway-").urn in awaited(records, restore)
    assert any(restore.urn in awaited(records, pod) for pod in _deployments(records, "service-gateway"))


def test_a_copy_waits_for_both_schemas_and_the_pooler_knows_both_shards(records: list[Recorded]) -> None:
    copy = _job(records, "copy-daydream-video-")
    schemas = {_job(records, start).urn for start in ("schema-daydream-video-", "schema-target-daydream-video-")}
    assert schemas <= awaited(records, copy)
    for aliases in _aliases(records, "plugin-daydream-video"):
        assert aliases.inputs["metadata"]["labels"]["naap.io/pooler"] == "pooler-2"
        assert _hosts(aliases, "daydream-video") == [_writer(records, 2), _writer(records, 1)]


def test_a_change_over_opens_the_target_last_and_old_pods_keep_their_pooler(records: list[Recorded]) -> None:
    switch = _job(records, "switch-moved-")
    assert switch.urn in awaited(records, _job(records, "schema-moved-"))
    now, before = _aliases(records, "plugin-moved"), _aliases(records, "plugin-moved-before")
    assert len(now) == len(before) == 2
    assert {one.inputs["metadata"]["labels"]["naap.io/pooler"] for one in now} == {"pooler-2"}
    assert {one.inputs["metadata"]["labels"]["naap.io/pooler"] for one in before} == {"pooler-1"}
    assert all(len(_hosts(aliases, "moved-before")) == 2 for aliases in before)
    assert all(_hosts(aliases, "moved") == [_writer(records, 2)] for aliases in now)


def _writer(records: list[Recorded], shard: int) -> str:
    return str(one(records, "aws:rds/instance:Instance", f"database-{shard}-primary").outputs["address"])


def _aliases(records: list[Recorded], name: str) -> list[Recorded]:
    return [
        record
        for record in of_type(records, CONFIG_MAP)
        if record.inputs["metadata"]["name"] == name and record.inputs["metadata"]["namespace"] == "naap-pooler"
    ]


def _hosts(aliases: Recorded, stem: str) -> list[str]:
    line = aliases.inputs["data"][f"{stem}.databases"].splitlines()[0]
    return line.split("host=")[1].split()[0].split(",")


def test_shards_let_each_other_in_where_there_are_several(records: list[Recorded]) -> None:
    assert one(records, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "database-0-to-shards-0")
