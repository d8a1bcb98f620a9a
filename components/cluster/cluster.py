"""The Kubernetes cluster of a region, on EKS in Auto Mode, and the provider that speaks to it.

Cluster(f"{code}-cluster", plan=plan.cluster, network=network, tags=tags, opts=ResourceOptions(parent=region))
"""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_aws import cloudwatch, eks

from components.cluster.access import ClusterRoles, cluster_access
from components.cluster.image_mirrors import through_mirrors
from components.cluster.node_pool import NodePool
from components.network.vpc import Network
from components.shared.component import Component
from components.shared.kms_key import KmsKey
from planning.cluster.cluster import LOG_TYPES, ClusterPlan, control_plane_logs
from planning.network.addresses import SERVICE_CIDR
from planning.shared.kms_key import KmsKeyPlan
from planning.shared.tags import Tags


class Cluster(Component, token="naap:platform:Cluster"):
    """Handles: name, arn, endpoint, kubeconfig (without a secret), provider, node_pool, security_group_id (that nodes
    and pods carry)."""

    name: str
    arn: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    provider: kubernetes.Provider
    node_pool: NodePool

    def __init__(
        self,
        name: str,
        *,
        plan: ClusterPlan,
        network: Network,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.name, self._name, self._plan = plan.name, name, plan
        self._tags = tags.of("cluster", name=plan.name)
        roles = ClusterRoles(f"{name}-roles", cluster=plan.name, tags=self._tags, opts=self.child())
        cluster = self._cluster(network, roles)
        self.arn, self.endpoint = cluster.arn, cluster.endpoint
        # Never empty: AWS makes this group together with the cluster.
        self.security_group_id = cluster.vpc_config.cluster_security_group_id.apply(lambda group: group or "")
        access = cluster_access(name, plan=plan, cluster=cluster, node_role=roles.node, tags=self._tags, parent=self)
        self.provider = self._speak_to(cluster, access.administration)
        self.node_pool = NodePool(
            f"{name}-nodes",
            plan=plan.node_pool,
            node_role=roles.node.name,
            subnet_ids=network.private_subnet_ids,
            security_group_id=self.security_group_id,
            tags=self._tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=self.provider,
                # Until then a node can't join, or not pull an image; and pods need all of it until the last has gone.
                depends_on=[access.nodes, *roles.node_policies, *network.ways_out],
            ),
        )
        eks.Addon(
            f"{name}-metrics-server",
            cluster_name=cluster.name,
            addon_name="metrics-server",
            addon_version=plan.metrics_server,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=self._tags,
            # Its pods need a node before the add-on counts as made.
            opts=self.child(self.node_pool),
        )
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})

    def inside(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of what runs in this cluster. Its namespaces are made after the nodes, so that they are destroyed,
        with all that is in them, while there are nodes: a controller that runs nowhere takes no finalizer away."""
        return pulumi.ResourceOptions(
            parent=parent,
            providers=[self.provider],
            transformations=[self._namespaces_after_nodes, through_mirrors(self._plan.image_mirrors)],
        )

    def _namespaces_after_nodes(
        self, args: pulumi.ResourceTransformationArgs
    ) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != "kubernetes:core/v1:Namespace":
            return None
        after = pulumi.ResourceOptions(depends_on=[self.node_pool])
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, after))

    def _logs(self, key: KmsKey) -> cloudwatch.LogGroup:
        """EKS writes to this name, and would make a group without key or end itself."""
        return cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=control_plane_logs(self._plan.name),
            retention_in_days=self._plan.log_days,
            kms_key_id=key.arn,
            tags=self._tags,
            opts=self.child(),
        )

    def _cluster(self, network: Network, roles: ClusterRoles) -> eks.Cluster:
        plan = self._plan
        key = KmsKey(
            f"{self._name}-key",
            plan=KmsKeyPlan(
                alias=plan.name, description="Secrets and logs of the cluster", protect=plan.protect, logs=True
            ),
            region=plan.region,
            tags=self._tags,
            opts=self.child(),
        )
        return eks.Cluster(
            f"{self._name}-eks",
            name=plan.name,
            version=plan.version,
            role_arn=roles.control_plane.arn,
            access_config=eks.ClusterAccessConfigArgs(
                # Else whoever makes the cluster administers it for ever, and can't be named as an operator.
                authentication_mode="API",
                bootstrap_cluster_creator_admin_permissions=False,
            ),
            bootstrap_self_managed_addons=False,
            # Nodes come from a pool of our own: EKS's pools know no limit.
            compute_config=eks.ClusterComputeConfigArgs(enabled=True),
            storage_config=eks.ClusterStorageConfigArgs(
                block_storage=eks.ClusterStorageConfigBlockStorageArgs(enabled=True)
            ),
            kubernetes_network_config=eks.ClusterKubernetesNetworkConfigArgs(
                elastic_load_balancing=eks.ClusterKubernetesNetworkConfigElasticLoadBalancingArgs(enabled=True),
                ip_family="ipv4",
                service_ipv4_cidr=SERVICE_CIDR,
            ),
            vpc_config=eks.ClusterVpcConfigArgs(
                subnet_ids=network.private_subnet_ids,
                endpoint_private_access=True,
                endpoint_public_access=bool(plan.public_cidrs),
                public_access_cidrs=list(plan.public_cidrs) or None,
            ),
            encryption_config=eks.ClusterEncryptionConfigArgs(
                provider=eks.ClusterEncryptionConfigProviderArgs(key_arn=key.arn), resources=["secrets"]
            ),
            enabled_cluster_log_types=list(LOG_TYPES),
            upgrade_policy=eks.ClusterUpgradePolicyArgs(
                support_type="EXTENDED" if plan.extended_support else "STANDARD"
            ),
            zonal_shift_config=eks.ClusterZonalShiftConfigArgs(enabled=True),
            deletion_protection=plan.protect,
            tags=self._tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=plan.protect,
                depends_on=[self._logs(key), *roles.control_plane_policies],
                # Read when a cluster is made only: another value later would replace it.
                ignore_changes=["accessConfig.bootstrapClusterCreatorAdminPermissions"],
            ),
        )

    def _speak_to(self, cluster: eks.Cluster, allowed: Sequence[pulumi.Resource]) -> kubernetes.Provider:
        self.kubeconfig = pulumi.Output.json_dumps(
            kubeconfig(
                name=self._plan.name,
                region=self._plan.region,
                endpoint=cluster.endpoint,
                authority=cluster.certificate_authority.data,
            )
        )
        # It is let in first, and out after all that is inside of the cluster has gone.
        opts = self.child(*allowed)
        return cluster_provider(
            f"{self._name}-kubernetes", cluster=self._plan.name, kubeconfig=self.kubeconfig, opts=opts
        )


def cluster_provider(
    name: str, *, cluster: str, kubeconfig: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> kubernetes.Provider:
    """What makes objects in a cluster."""
    return kubernetes.Provider(
        name,
        kubeconfig=kubeconfig,
        # Without it, a kubeconfig that is not known yet replaces the provider and all that it made.
        cluster_identifier=cluster,
        enable_server_side_apply=True,
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        # docs/decisions/patch-force.md
        enable_patch_force=True,
        upsert_existing_objects=True,
        opts=opts,
    )


def kubeconfig(
    *, name: str, region: str, endpoint: pulumi.Input[str], authority: pulumi.Input[str | None]
) -> dict[str, object]:
    """What a client of the cluster needs; tokens come from the AWS CLI, so that it holds no secret."""
    token = ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "users": [
            {
                "name": name,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": "aws",
                        "args": token,
                        "interactiveMode": "Never",
                    }
                },
            }
        ],
    }
