"""Builds the plugins of a plan under the mock engine."""

from collections.abc import Mapping

import pulumi

from components.database.pooler_namespace import PoolerNamespace
from components.database.shard_access import DatabaseContext, ShardAccess
from components.plugin.context import PluginContext
from components.plugin.plugin import Plugin
from components.region_plugins import grant_calls
from components.shared.root_secret import RootSecret
from planning.plugin.plugin import PluginPlan
from planning.shared.tags import Tags
from tests.components.recording import Recorded, build

ROOT = "root-secret-of-tests-0123456789abcdef"
Values = Mapping[str, Mapping[str, str]]


def context(
    configured: Values | None = None, root: str = ROOT, opts: pulumi.ResourceOptions | None = None
) -> PluginContext:
    """Of a region that a test makes up. opts: of what is made for it."""

    def out(value: str) -> pulumi.Output[str]:
        return pulumi.Output.from_input(value)

    return PluginContext(
        cluster="naap-test-use1",
        root_secret=RootSecret(out(root)),
        configured_secrets={
            plugin: {name: pulumi.Output.secret(value) for name, value in values.items()}
            for plugin, values in (configured or {}).items()
        },
        cache_host=out("app.cache.example"),
        cluster_cache_host=out("cluster.cache.example"),
        ca_pem=out("-----BEGIN CERTIFICATE-----"),
        uploads_bucket="naap-test-uploads",
        uploads_arn="arn:aws:s3:::naap-test-uploads",
        uploads_key_arn="arn:aws:kms:us-east-1:123456789012:key/uploads",
        tags=Tags(environment="test", owner="platform", cost_center="naap"),
        databases=_databases(root, opts),
    )


def _databases(root: str, opts: pulumi.ResourceOptions | None) -> DatabaseContext:
    """Four shards, seen from the home region."""
    shards = {
        number: ShardAccess(
            writer_host=f"writer-{number}.example",
            reader_hosts=(),
            secret_arn=f"arn:aws:secretsmanager:us-east-1:123456789012:secret:shard-{number}",
        )
        for number in range(4)
    }
    return DatabaseContext(
        region="us-east-1",
        shards=shards,
        root_secret=RootSecret(pulumi.Output.from_input(root)),
        backups_bucket="naap-test-backups",
        pooler_namespace=PoolerNamespace("poolers", plans=(), opts=opts).namespace,
        schema=(),
    )


def make_plugins(
    plans: Mapping[str, PluginPlan], configured: Values | None = None, root: str = ROOT
) -> dict[str, Plugin]:
    """All of them, with the policies between them."""
    around = context(configured, root)
    made = {name: Plugin(name, plan=plan, context=around) for name, plan in plans.items()}
    grant_calls(made)
    return made


def build_plugins(
    plans: Mapping[str, PluginPlan], configured: Values | None = None, root: str = ROOT, *, preview: bool = False
) -> list[Recorded]:
    """What is registered for them."""
    return build(lambda: make_plugins(plans, configured, root), preview=preview)
