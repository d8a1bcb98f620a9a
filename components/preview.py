"""A preview environment: its plugins in the cluster, on the database and in the buckets of another stack."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_kubernetes import meta

from components.cluster.cluster import cluster_provider
from components.cluster.image_mirrors import through_mirrors
from components.data.caches import CacheUser
from components.database.jobs.drop_job import DropJob
from components.database.shard_access import DatabaseContext
from components.foundation import read_foundation, shard_access
from components.plugin.context import PluginContext
from components.plugin.plugin import Plugin
from components.region_plugins import grant_calls
from components.shared.component import Component
from components.shared.root_secret import RootSecret
from planning.preview import PreviewPlan, preview_name
from planning.shared.labels import PREVIEW_LABEL, labels

OUTPUT = "preview"


class Preview(Component, token="naap:platform:Preview"):
    """Everything of one environment. outputs: what the stack exports; no secret among them.

    root_secret: of the stack on which it stands, as its schema Jobs speak for all plugins of the shard; what its own
    pods get derives from it by their own names.
    """

    outputs: Mapping[str, Any]

    def __init__(
        self,
        name: str,
        *,
        plan: PreviewPlan,
        root_secret: RootSecret,
        configured_secrets: Mapping[str, Mapping[str, pulumi.Output[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._plan, self._root_secret = plan, root_secret
        foundation = self._foundation = read_foundation(plan.preview.of)
        home = plan.base.home
        inside_cluster = cluster_provider(
            "kubernetes", cluster=home.cluster.name, kubeconfig=foundation["kubeconfig"], opts=self.child()
        )
        inside = pulumi.ResourceOptions(
            parent=self,
            providers=[aws.Provider("aws", region=home.region, opts=self.child()), inside_cluster],
            transformations=[through_mirrors(home.cluster.image_mirrors), _named(plan.preview.name)],
        )
        databases = DatabaseContext(
            region=home.region,
            shards=shard_access(foundation),
            root_secret=root_secret,
            backups_bucket=foundation["backups"],
            pooler_namespace=inside_cluster,  # the namespace is there
            schema=(),
        )
        for dropped in plan.dropped:
            DropJob(
                dropped.plugin,
                plan=dropped,
                context=databases,
                labels=labels("plugin", dropped.plugin, plugin=dropped.plugin),
                opts=inside,
            )
        self._make(databases, configured_secrets, inside)
        self.outputs = {OUTPUT: _told(plan)}

    def _make(
        self,
        databases: DatabaseContext,
        configured_secrets: Mapping[str, Mapping[str, pulumi.Output[str]]],
        inside: pulumi.ResourceOptions,
    ) -> None:
        plan, preview, foundation = self._plan, self._plan.preview, self._foundation
        users: dict[str, pulumi.Resource] = {
            user.name: CacheUser(
                f"cache-user-{user.name}",
                plan=user,
                group_id=foundation["cacheGroups"][user.role.value],
                cache=None,
                root_secret=self._root_secret,
                tags=plan.base.tags,
                opts=inside,
            )
            for user in plan.cache_users
        }
        context = PluginContext(
            cluster=plan.base.home.cluster.name,
            root_secret=self._root_secret,
            configured_secrets={preview_name(preview.name, name): found for name, found in configured_secrets.items()},
            cache_host=pulumi.Output.from_input(foundation["cacheHost"]),
            cluster_cache_host=None,
            ca_pem=pulumi.Output.from_input(foundation["caPem"]),
            uploads_bucket=foundation["uploads"]["name"],
            uploads_arn=foundation["uploads"]["arn"],
            uploads_key_arn=foundation["uploads"]["keyArn"],
            databases=databases,
            tags=plan.base.tags,
            cache_users=users,
        )
        plugins = {
            plugin.name: Plugin(plugin.name, plan=plugin, context=context, opts=inside) for plugin in plan.plugins
        }
        grant_calls(plugins)


def _named(preview: str) -> pulumi.ResourceTransformation:
    """A transformation that puts the environment's name on every object: the other stack's `naap drift` reads it."""

    def transform(args: pulumi.ResourceTransformationArgs) -> None:
        metadata = args.props.get("metadata")
        if isinstance(metadata, meta.v1.ObjectMetaArgs) and isinstance(metadata.labels, Mapping):
            metadata.labels = {**metadata.labels, PREVIEW_LABEL: preview}

    return transform


def _told(plan: PreviewPlan) -> Mapping[str, Any]:
    """What lists it, and what ends it."""
    shards = {plugin.name: plugin.database.shard for plugin in plan.plugins if plugin.database}
    return {
        "url": plan.url,
        "until": plan.preview.until.isoformat(),
        "of": plan.preview.of,
        "plugins": list(plan.preview.plugins),
        "schemas": shards if plan.preview.gone is None else dict(plan.preview.gone),
    }
