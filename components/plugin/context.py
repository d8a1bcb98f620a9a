"""What a region gives to each of its plugins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.database.shard_access import DatabaseContext
from components.observability.plugin_monitoring import MonitoringContext
from components.shared.root_secret import RootSecret
from planning.shared.tags import Tags


@dataclass(frozen=True, kw_only=True)
class PluginContext:
    """cluster: name of the EKS cluster. configured_secrets: each plugin's values of the secret configuration.

    cache_users: by plugin. poolers: by shard; a plugin waits for those of its own shard and no others. before_pods,
    before_routes: what must be there first (priority classes; the gateway and its definitions).
    monitoring: where its rules and its dashboard go; None in tiers without series.
    migrated: what is done once a plugin's schema is that of its version, elsewhere than at home.
    """

    cluster: str
    root_secret: RootSecret
    configured_secrets: Mapping[str, Mapping[str, pulumi.Output[str]]]
    cache_host: pulumi.Output[str]
    cluster_cache_host: pulumi.Output[str] | None
    ca_pem: pulumi.Output[str]
    uploads_bucket: pulumi.Input[str]
    uploads_arn: pulumi.Input[str]
    uploads_key_arn: pulumi.Input[str]
    databases: DatabaseContext
    tags: Tags
    monitoring: MonitoringContext | None = None
    cache_users: Mapping[str, pulumi.Resource] = field(default_factory=dict[str, pulumi.Resource])
    poolers: Mapping[int, pulumi.Resource] = field(default_factory=dict[int, pulumi.Resource])
    migrated: Mapping[str, pulumi.Resource] = field(default_factory=dict[str, pulumi.Resource])
    before_pods: Sequence[pulumi.Resource] = ()
    before_routes: Sequence[pulumi.Resource] = ()
