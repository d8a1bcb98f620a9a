"""The plugins of a region, with the poolers through which they reach their databases."""

from collections.abc import Mapping

import pulumi

from components.calls import open_doors
from components.plugin import Plugin
from components.plugin_surroundings import PluginSurroundings
from components.plugin_watch import WatchSurroundings
from components.pooler import Pooler
from components.pooler_namespace import PoolerNamespace
from components.region import Region
from components.schema_namespace import SchemaNamespace
from components.secrets import RootSecret
from components.shard_access import DatabaseSurroundings, ShardAccess
from components.storage import RegionStorage
from planning.naming import REGION_CODES
from planning.platform import RegionPlan
from planning.tags import Tags


class RegionPlugins(pulumi.ComponentResource):
    """Poolers of every shard, then every plugin, then what they open for one another.

    schema: where the Jobs run that make schemas; None outside of the home region, which holds the writers.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: RegionPlan,
        region: Region,
        shards: Mapping[int, ShardAccess],
        schema: SchemaNamespace | None,
        storage: RegionStorage,
        root: RootSecret,
        watch: WatchSurroundings | None,
        configured: Mapping[str, Mapping[str, pulumi.Output[str]]],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:RegionPlugins", name, None, opts)
        code = REGION_CODES[plan.region]
        child = region.cluster.inside(self)
        entrance = PoolerNamespace(f"{code}-poolers", plans=plan.poolers, opts=child)
        poolers = {
            pooler.shard: Pooler(
                f"{code}-pooler-{pooler.shard}",
                plan=pooler,
                writer_host=shards[pooler.shard].writer_host,
                secrets=root,
                after=entrance.needed,
                opts=child,
            )
            for pooler in plan.poolers
        }
        surroundings = PluginSurroundings(
            cluster=region.cluster.name,
            secrets=root,
            configured=configured,
            cache_host=region.caches.app_host,
            cluster_cache_host=region.caches.cluster_host,
            ca_pem=poolers[0].ca_pem,
            uploads_bucket=storage.uploads.name,
            uploads_arn=storage.uploads.arn,
            uploads_key_arn=storage.key_arn,
            databases=DatabaseSurroundings(
                region=plan.region,
                shards=shards,
                secrets=root,
                backups_bucket=storage.backups.name,
                pooler_namespace=entrance.namespace,
                schema=schema.needed if schema else None,
            ),
            tags=tags,
            watch=watch,
            cache_users=region.caches.users,
            poolers={shard: pooler.deployment for shard, pooler in poolers.items()},
            before_pods=[region.priorities],
            before_routes=region.gateway.ready,
        )
        self.plugins = {
            plugin.name: Plugin(f"{code}-{plugin.name}", plan=plugin, surroundings=surroundings, opts=child)
            for plugin in plan.plugins
        }
        open_doors(self.plugins)
        self.register_outputs({})
