"""The plugins of a region, with the poolers through which they reach their databases."""

from collections.abc import Mapping

import pulumi

from components.data.buckets import RegionBuckets
from components.database.jobs.namespace import SchemaNamespace
from components.database.pooler import Pooler
from components.database.pooler_namespace import PoolerNamespace
from components.database.shard_access import DatabaseContext, ShardAccess
from components.observability.plugin_monitoring import MonitoringContext
from components.plugin.context import PluginContext
from components.plugin.plugin import Plugin
from components.region import Region
from components.shared.component import Component
from components.shared.network_policy import network_policy
from components.shared.root_secret import RootSecret
from components.startup import PLUGINS_AT_ONCE, let_engine_catch_up
from planning.plugin.plugin import owners_first
from planning.region import RegionPlan
from planning.shared.regions import region_code
from planning.shared.tags import Tags


class RegionPlugins(Component, token="naap:platform:RegionPlugins"):
    """Poolers of every shard, then every plugin, then what they open for one another.

    schema: where the Jobs run that make schemas; None outside of the home region, which holds the writers.
    migrated: by plugin, what is done once the home region has migrated its schema; nothing at home.

    Handles: plugins by name, ca_pem (the authority of the poolers' certificates).
    """

    def __init__(
        self,
        name: str,
        *,
        plan: RegionPlan,
        region: Region,
        shards: Mapping[int, ShardAccess],
        schema: SchemaNamespace | None,
        storage: RegionBuckets,
        root_secret: RootSecret,
        monitoring: MonitoringContext | None,
        configured_secrets: Mapping[str, Mapping[str, pulumi.Output[str]]],
        migrated: Mapping[str, pulumi.Resource],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        code = region_code(plan.region)
        child = region.cluster.inside(self)
        entrance = PoolerNamespace(f"{code}-poolers", plans=plan.poolers, opts=child)
        poolers = {
            pooler.shard: Pooler(
                f"{code}-pooler-{pooler.shard}",
                plan=pooler,
                writer_host=shards[pooler.shard].writer_host,
                root_secret=root_secret,
                after=entrance.needed,
                opts=child,
            )
            for pooler in plan.poolers
        }
        self.ca_pem = poolers[0].ca_pem
        context = PluginContext(
            cluster=region.cluster.name,
            root_secret=root_secret,
            configured_secrets=configured_secrets,
            cache_host=region.caches.app_host,
            cluster_cache_host=region.caches.cluster_host,
            ca_pem=self.ca_pem,
            uploads_bucket=storage.uploads.name,
            uploads_arn=storage.uploads.arn,
            uploads_key_arn=storage.key_arn,
            databases=DatabaseContext(
                region=plan.region,
                shards=shards,
                root_secret=root_secret,
                backups_bucket=storage.backups.name,
                pooler_namespace=entrance.namespace,
                schema=schema.needed if schema else None,
            ),
            tags=tags,
            monitoring=monitoring,
            migrated=migrated,
            cache_users=region.caches.users,
            poolers={shard: pooler.deployment for shard, pooler in poolers.items()},
            before_pods=[region.priorities],
            before_routes=region.gateway.ready,
        )
        self.plugins: dict[str, Plugin] = {}
        for plugin in owners_first(plan.plugins):
            refers_to = plugin.database.refers_to if plugin.database else ()
            tables = [made for owner in refers_to if (made := self.plugins[owner].migrated)]
            self.plugins[plugin.name] = Plugin(
                f"{code}-{plugin.name}", plan=plugin, context=context, tables=tables, opts=child
            )
            if len(self.plugins) % PLUGINS_AT_ONCE == 0:
                let_engine_catch_up(self.plugins[plugin.name])
        grant_calls(self.plugins)


def grant_calls(plugins: Mapping[str, Plugin]) -> None:
    """Makes the policies that let each plugin reach those that it calls. plugins: all of a region, by name.

    It runs once all of them are there, as calls may go both ways. A policy lies in the callee's namespace and
    belongs to the caller's component: adding or removing a caller changes nothing of the callee.
    """
    callee_namespaces = {plugin.plan.namespace: plugin.namespace for plugin in plugins.values() if plugin.namespace}
    for plugin in plugins.values():
        if plugin.plan.backend is None or not plugin.plan.serves:
            continue
        for policy in plugin.plan.backend.isolation.granted:
            callee = callee_namespaces.get(policy.namespace)
            if callee is None:
                continue
            network_policy(
                f"{plugin.name}-to-{policy.namespace}",
                plan=policy,
                labels=plugin.plan.labels,
                opts=plugin.child(callee),
            )
