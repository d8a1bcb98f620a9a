"""Schema and migration Jobs as they are registered."""

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pulumi
import pytest

from components.database.jobs.migration_job import MigrationJob
from components.database.jobs.namespace import SchemaNamespace
from components.database.plugin_database import PluginDatabase
from components.database.pooler_namespace import PoolerNamespace
from components.database.shard_access import DatabaseContext, ShardAccess
from components.shared.root_secret import RootSecret
from planning.database.jobs.administrator_job import plan_schema_namespace
from planning.database.plugin_database import PluginDatabasePlan, plan_databases
from planning.database.pooler import plan_poolers
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import tier_for
from planning.shared.tags import Tags
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.samples import POOLER_IMAGE, ROOT_SECRET, settings, shards_of, three_plugins

JOB = "kubernetes:batch/v1:Job"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105  # a type
BACKUPS_KEY = "arn:aws:kms:us-east-1:123456789012:key/1b1b1b1b-1b1b-1b1b-1b1b-1b1b1b1b1b1b"
TAGS = Tags(environment="dev", owner="platform", cost_center="naap-dev")
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:naap-dev-use1-pg-0/administrator-AbCdEf"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a"


def _wallet(generation: int) -> tuple[PluginSpec, PluginDatabasePlan]:
    tier, stated = tier_for(1_000), settings()
    shards = shards_of(stated)
    plans = plan_databases(registry=three_plugins(), tier=tier, users=1_000, shards=shards, regions=("us-east-1",))
    spec = next(spec for spec in three_plugins().plugins if spec.name == "my-wallet")
    return spec, replace(plans["my-wallet"], generation=generation)


def _make(*, generation: int = 1, home: bool = True, image: str = "ghcr.io/naap/my-wallet:1.0.0") -> Callable[[], None]:
    def make() -> None:
        _, plan = _wallet(generation)
        assert plan.migrate
        tier = tier_for(1_000)
        shards = shards_of(settings())
        root_secret = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        poolers = PoolerNamespace(
            "poolers",
            plans=plan_poolers(region="us-east-1", image=POOLER_IMAGE, tier=tier, shards=shards),
        )
        schema = SchemaNamespace(
            "schema",
            plan=plan_schema_namespace(region="us-east-1", shards=shards),
            cluster="naap-dev-use1",
            secret_arns=[ARN],
            key_arns=[KEY],
            backups_arn="arn:aws:s3:::naap-dev-use1-backups",
            backups_key_arn=BACKUPS_KEY,
            tags=TAGS,
        )
        around = DatabaseContext(
            region="us-east-1",
            shards={0: ShardAccess(writer_host="writer.rds", reader_hosts=[], secret_arn=ARN)},
            root_secret=root_secret,
            backups_bucket="naap-dev-use1-backups",
            pooler_namespace=poolers.namespace,
            schema=schema.needed if home else None,
        )
        database = PluginDatabase("my-wallet-database", plan=plan, context=around, labels={"naap.io/plugin": "w"})
        if home:
            MigrationJob(
                "my-wallet-migration",
                plan=plan,
                migrate=replace(plan.migrate, image=image),
                namespace="plugin-my-wallet",
                environment={"NODE_ENV": "production", "OTEL_RESOURCE_ATTRIBUTES": "service.version=1.0.0"},
                root_secret=root_secret,
                after=[database],
            )

    return make


@functools.cache
def _records(*, generation: int = 1, home: bool = True, image: str = "ghcr.io/naap/my-wallet:1.0.0") -> list[Recorded]:
    return build(_make(generation=generation, home=home, image=image))


def _job(name: str, **how: Any) -> Recorded:
    return one(_records(**how), JOB, name)


def _pod(record: Recorded) -> dict[str, Any]:
    return record.inputs["spec"]["template"]["spec"]


def test_a_preview_announces_what_an_update_makes() -> None:
    assert_same_names(_make())


def test_another_script_is_another_job_and_the_same_one_is_the_same() -> None:
    first, again, rotated = (
        _job("my-wallet-database-schema-job", generation=generation).inputs["metadata"]["name"]
        for generation in (1, 1, 2)
    )
    assert first == again != rotated
    assert first.startswith("schema-my-wallet-")
    assert not _job("my-wallet-database-schema-job").secret_inputs


def test_a_job_that_is_done_stays_so_that_the_state_agrees() -> None:
    for record in of_type(_records(), JOB):
        assert "ttlSecondsAfterFinished" not in record.inputs["spec"]
        assert record.inputs["spec"]["backoffLimit"] > 0


def test_the_script_is_secret_and_the_job_checks_the_server() -> None:
    assert "stringData" in one(_records(), SECRET, "my-wallet-database-schema-script").secret_inputs
    (container,) = _pod(_job("my-wallet-database-schema-job"))["containers"]
    environment = {item["name"]: item["value"] for item in container["env"]}
    assert environment["PGSSLMODE"] == "verify-full"
    assert environment["PGSSLROOTCERT"] == "/etc/naap/database-ca.pem"
    assert "PASSWORD" not in environment


@pytest.mark.parametrize("name", ["my-wallet-database-schema-job", "my-wallet-migration-job"])
def test_the_pods_are_as_restricted_as_any(name: str) -> None:
    pod = _pod(_job(name))
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in (*pod["containers"], *pod.get("initContainers", [])):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"].keys() >= {"cpu", "memory", "ephemeral-storage"}


def test_the_administrators_secret_is_kept_in_memory_and_read_by_one_role_only() -> None:
    volumes = {volume["name"]: volume for volume in _pod(_job("my-wallet-database-schema-job"))["volumes"]}
    assert volumes["master"]["emptyDir"]["medium"] == "Memory"
    policy = json.loads(one(_records(), "aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert [statement["Resource"] for statement in policy["Statement"]] == [
        [ARN],
        [KEY],
        "arn:aws:s3:::naap-dev-use1-backups/archives/*",
        BACKUPS_KEY,
    ]
    association = one(_records(), "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("naap-schema", "schema")


@pytest.mark.parametrize("name", ["my-wallet-database-schema-job", "my-wallet-migration-job"])
def test_no_node_is_given_up_under_a_job_and_an_eviction_is_none_of_its_tries(name: str) -> None:
    spec = _job(name).inputs["spec"]

    assert spec["template"]["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"] == "true"
    assert spec["template"]["spec"]["restartPolicy"] == "Never", "what a failure policy asks for"
    assert spec["podFailurePolicy"]["rules"] == [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    ]


def test_a_command_that_is_not_in_its_image_ends_soon_and_says_why() -> None:
    spec = _job("my-wallet-migration-job").inputs["spec"]

    assert spec["backoffLimit"] == 2, "10 s and 20 s between the tries"
    (container,) = spec["template"]["spec"]["containers"]
    assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert {"name": "NPM_CONFIG_OFFLINE", "value": "true"} in container["env"], "npx would try to fetch it"


def test_the_second_region_makes_no_schema() -> None:
    assert not of_type(_records(home=False), JOB)


def test_a_migration_runs_its_image_as_the_owner_and_again_for_a_new_one() -> None:
    job = _job("my-wallet-migration-job")
    (container,) = _pod(job)["containers"]
    assert container["image"] == "ghcr.io/naap/my-wallet:1.0.0"
    assert container["command"] == ["migrate"]
    secret = one(_records(), SECRET, "my-wallet-migration-secret")
    assert "stringData" in secret.secret_inputs
    url = str(secret.inputs["stringData"]["DATABASE_URL"])
    assert url.startswith("postgresql://my_wallet_owner:")
    assert "/my_wallet_mig?" in url
    assert url.endswith("&schema=plugin_wallet"), "Prisma would take public"
    password = unquote(urlsplit(url).password or "")
    assert secret.inputs["stringData"]["PGPASSWORD"] == password, "psql takes no URL of Prisma's"
    environment = {item["name"]: item["value"] for item in container["env"]}
    assert password not in environment.values()
    names = ("PGUSER", "PGDATABASE", "PGPORT", "PGSSLMODE", "PGSSLROOTCERT")
    assert [environment[name] for name in names] == [
        "my_wallet_owner",
        "my_wallet_mig",
        "6432",
        "verify-full",
        "/etc/naap/ca.pem",
    ]
    assert environment["PGHOST"] in url
    assert "OTEL_RESOURCE_ATTRIBUTES" not in environment, "a version by itself would be another Job"
    assert environment["NODE_OPTIONS"] == "--max-old-space-size=768", "of its own memory, not of the pods'"
    newer = _job("my-wallet-migration-job", image="ghcr.io/naap/my-wallet:1.1.0")
    assert newer.inputs["metadata"]["name"] != job.inputs["metadata"]["name"]


def test_a_passwords_second_login_is_the_other_one_and_the_migration_stays_the_owner() -> None:
    url = one(_records(generation=2), SECRET, "my-wallet-migration-secret").inputs["stringData"]["DATABASE_URL"]
    assert url.startswith("postgresql://my_wallet_owner:")
    _, plan = _wallet(2)
    assert (plan.app_logins[0], plan.ro_logins[0]) == ("my_wallet_app_b", "my_wallet_ro_b")


def test_no_service_sends_requests_to_a_migration() -> None:
    labels = _job("my-wallet-migration-job").inputs["spec"]["template"]["metadata"]["labels"]
    assert labels["naap.io/component"] == "migration"
    assert labels["naap.io/plugin"] == "my-wallet"
