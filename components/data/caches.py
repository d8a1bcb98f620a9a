"""The caches of a region (Valkey on ElastiCache), and a user of each plugin.

    Caches("caches-use1", plan=region_plan.caches, network=network, root_secret=root_secret, tags=tags,
           client_security_group_id=cluster.security_group_id, opts=ResourceOptions(parent=region))

Handles: app_host, cluster_host (None where there is no clustered cache), limit_host, group_ids by role; the port is
CACHE_PORT (planning/shared/ports.py).
users: by name; a client waits for its own (depends_on), as it can log in only once it is in the group.
"""

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch, ec2, elasticache, vpc

from components.network.vpc import Network
from components.shared.component import Component
from components.shared.kms_key import KmsKey
from components.shared.root_secret import RootSecret
from planning.data.caches import (
    DISABLED_ACCESS,
    ENGINE_VERSION,
    MAX_USER_ID,
    PARAMETER_FAMILY,
    CachePlan,
    CacheRole,
    CachesPlan,
    CacheUserPlan,
)
from planning.shared.derived_secrets import Purpose
from planning.shared.kms_key import KmsKeyPlan
from planning.shared.naming import fit
from planning.shared.ports import CACHE_PORT
from planning.shared.tags import Tags

_ENGINE = "valkey"
_TIMEOUTS = pulumi.CustomTimeouts(create="90m", update="90m", delete="60m")
_USER_TIMEOUTS = pulumi.CustomTimeouts(create="60m", delete="60m")
"""A group takes one change at a time, and each waits for those before it."""


class CacheUser(Component, token="naap:platform:CacheUser"):
    """The user of a plugin, or of the limiter.

    cache: whose group it joins; first made, as AWS makes no cache of a group that is being changed. None: it is there.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: CacheUserPlan,
        group_id: pulumi.Input[str],
        cache: pulumi.Resource | None,
        root_secret: RootSecret,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        passwords = [
            root_secret.derive(owner=plan.owner, purpose=Purpose.CACHE_USER, generation=generation)
            for generation in plan.generations
        ]
        user = elasticache.User(
            f"{name}-account",
            engine="valkey",
            user_id=plan.user_id,
            user_name=plan.name,
            access_string=plan.access,
            authentication_mode=elasticache.UserAuthenticationModeArgs(type="password", passwords=passwords),
            tags=tags.of("cache", plugin=plan.plugin),
            opts=self.child(),
        )
        elasticache.UserGroupAssociation(
            f"{name}-membership",
            user_group_id=group_id,
            user_id=user.user_id,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[cache] if cache else [], custom_timeouts=_USER_TIMEOUTS
            ),
        )


class Caches(Component, token="naap:platform:Caches"):
    """All caches of a region, their user groups and users."""

    def __init__(
        self,
        name: str,
        *,
        plan: CachesPlan,
        network: Network,
        client_security_group_id: pulumi.Input[str],
        root_secret: RootSecret,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan = plan
        self._name = name
        self._root_secret = root_secret
        self._tags = tags
        self._own_tags = tags.of("cache")
        self._key = KmsKey(
            f"{name}-key",
            plan=KmsKeyPlan(
                alias=f"{plan.prefix}-caches",
                description=f"Caches of {plan.prefix}: snapshots, swap, logs",
                protect=plan.protect,
                logs=True,
            ),
            region=plan.region,
            tags=self._own_tags,
            opts=self.child(),
        )
        self._subnets = elasticache.SubnetGroup(
            f"{name}-subnets",
            name=f"{plan.prefix}-caches",
            description=f"Data subnets of {plan.prefix}",
            subnet_ids=network.data_subnet_ids,
            tags=self._own_tags,
            opts=self.child(),
        )
        self._security_group = self._make_security_group(network, client_security_group_id)
        self._groups = {cache.role: self._user_group(cache) for cache in plan.caches}
        made = self._made = {cache.role: self._cache(cache, self._groups[cache.role]) for cache in plan.caches}
        self.users: Mapping[str, CacheUser] = {user.name: self._user(user) for user in (plan.limiter, *plan.users)}
        self.app_host = made[CacheRole.APP].primary_endpoint_address
        clustered = made.get(CacheRole.CLUSTER)
        self.cluster_host = clustered.configuration_endpoint_address if clustered else None
        self.limit_host = made[plan.limiter.role].primary_endpoint_address
        self.group_ids = {role: group.user_group_id for role, group in self._groups.items()}
        self.register_outputs({"appHost": self.app_host, "limitHost": self.limit_host})

    def _make_security_group(self, network: Network, client: pulumi.Input[str]) -> ec2.SecurityGroup:
        prefix = f"{self.plan.prefix}-caches"
        group = ec2.SecurityGroup(
            f"{self._name}-security-group",
            name=prefix,
            description=f"Who reaches the caches of {self.plan.prefix}",
            vpc_id=network.vpc_id,
            tags={**self._own_tags, "Name": prefix},
            opts=self.child(),
        )
        self._way_in = vpc.SecurityGroupIngressRule(
            f"{self._name}-from-pods",
            security_group_id=group.id,
            referenced_security_group_id=client,
            ip_protocol="tcp",
            from_port=CACHE_PORT,
            to_port=CACHE_PORT,
            description="Pods of this region",
            tags=self._own_tags,
            opts=self.child(),
        )
        return group

    def _user_group(self, cache: CachePlan) -> elasticache.UserGroup:
        """A group with nobody in it but `default`, switched off; users join by associations of their own."""
        role = cache.role.value
        nobody = elasticache.User(
            f"{self._name}-{role}-default",
            engine=_ENGINE,
            user_id=fit(f"{cache.identifier}-default", MAX_USER_ID),
            user_name="default",
            access_string=DISABLED_ACCESS,
            authentication_mode=elasticache.UserAuthenticationModeArgs(
                type="password",
                passwords=[self._root_secret.derive(owner=f"cache-{role}", purpose=Purpose.CACHE_DEFAULT_USER)],
            ),
            tags=self._own_tags,
            opts=self.child(),
        )
        return elasticache.UserGroup(
            f"{self._name}-{role}-users",
            engine=_ENGINE,
            user_group_id=cache.identifier,
            user_ids=[nobody.user_id],
            tags=self._own_tags,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["userIds"]),
        )

    def _cache(self, cache: CachePlan, group: elasticache.UserGroup) -> elasticache.ReplicationGroup:
        role, plan = cache.role.value, self.plan
        protect = plan.protect and cache.role is not CacheRole.LIMITS
        return elasticache.ReplicationGroup(
            f"{self._name}-{role}",
            replication_group_id=cache.identifier,
            description=cache.description,
            engine=_ENGINE,
            engine_version=ENGINE_VERSION,
            auto_minor_version_upgrade=False,
            node_type=cache.node_type,
            port=CACHE_PORT,
            parameter_group_name=self._parameters(cache).name,
            num_cache_clusters=None if cache.clustered else cache.nodes_per_shard,
            num_node_groups=cache.shards if cache.clustered else None,
            replicas_per_node_group=cache.nodes_per_shard - 1 if cache.clustered else None,
            automatic_failover_enabled=cache.available,
            multi_az_enabled=cache.available,
            subnet_group_name=self._subnets.name,
            security_group_ids=[self._security_group.id],
            at_rest_encryption_enabled=True,
            kms_key_id=self._key.arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[group.user_group_id],
            log_delivery_configurations=[self._engine_log(cache)],
            snapshot_retention_limit=cache.snapshot_days,
            snapshot_window=cache.snapshot_window,
            maintenance_window=cache.maintenance_window,
            final_snapshot_identifier=f"{cache.identifier}-final" if protect else None,
            # A change that waited for the maintenance window would be a difference in every run until then.
            apply_immediately=True,
            tags=self._own_tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=protect,
                retain_on_delete=protect,
                depends_on=[self._way_in],
                custom_timeouts=_TIMEOUTS,
            ),
        )

    def _parameters(self, cache: CachePlan) -> elasticache.ParameterGroup:
        settings = {"maxmemory-policy": cache.eviction, **({"cluster-enabled": "yes"} if cache.clustered else {})}
        return elasticache.ParameterGroup(
            f"{self._name}-{cache.role.value}-parameters",
            name=f"{cache.identifier}-{PARAMETER_FAMILY}",
            family=PARAMETER_FAMILY,
            description=f"Settings of {cache.identifier}",
            parameters=[
                elasticache.ParameterGroupParameterArgs(name=name, value=value) for name, value in settings.items()
            ],
            tags=self._own_tags,
            opts=self.child(),
        )

    def _engine_log(self, cache: CachePlan) -> elasticache.ReplicationGroupLogDeliveryConfigurationArgs:
        # Not the slow log: it would hold keys and values of plugins.
        group = cloudwatch.LogGroup(
            f"{self._name}-{cache.role.value}-log",
            name=f"/aws/elasticache/{cache.identifier}/engine",
            retention_in_days=self.plan.log_days,
            kms_key_id=self._key.arn,
            tags=self._own_tags,
            opts=self.child(),
        )
        return elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
            destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type="engine-log"
        )

    def _user(self, user: CacheUserPlan) -> CacheUser:
        return CacheUser(
            f"{self._name}-user-{user.name}",
            plan=user,
            group_id=self._groups[user.role].user_group_id,
            cache=self._made[user.role],
            root_secret=self._root_secret,
            tags=self._tags,
            opts=self.child(),
        )
