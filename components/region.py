"""A region: a cell of network, cluster, caches, load balancer and gateway, on which its plugins stand."""

import pulumi

from components.cluster.cluster import Cluster
from components.cluster.priority_classes import PriorityClasses
from components.data.caches import Caches
from components.gateway.gateway import Gateway
from components.gateway.gone_routes import GoneRoutes
from components.gateway.load_balancer import LoadBalancer
from components.network.vpc import Network
from components.shared.component import Component
from components.shared.root_secret import RootSecret
from planning.region import RegionPlan
from planning.shared.regions import region_code
from planning.shared.tags import Tags


class Region(Component, token="naap:platform:Region"):
    """Handles: network, cluster, caches, load_balancer, gateway, priorities. Its AWS provider comes through opts."""

    def __init__(
        self,
        name: str,
        *,
        plan: RegionPlan,
        certificate_arn: pulumi.Input[str],
        root_secret: RootSecret,
        tags: Tags,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan = plan
        code = region_code(plan.region)
        self.network = Network(f"{code}-network", plan=plan.network, tags=tags, protect=protect, opts=self.child())
        self.cluster = Cluster(f"{code}-cluster", plan=plan.cluster, network=self.network, tags=tags, opts=self.child())
        self.caches = Caches(
            f"{code}-caches",
            plan=plan.caches,
            network=self.network,
            client_security_group_id=self.cluster.security_group_id,
            root_secret=root_secret,
            tags=tags,
            opts=self.child(),
        )
        self.load_balancer = LoadBalancer(
            f"{code}-load-balancer",
            plan=plan.load_balancer,
            network=self.network,
            cluster=self.cluster.name,
            pods_security_group_id=self.cluster.security_group_id,
            certificate_arn=certificate_arn,
            tags=tags,
            opts=self.child(),
        )
        inside = self.cluster.inside(self)
        self.priorities = PriorityClasses(f"{code}-priorities", opts=inside)
        self.gateway = Gateway(
            f"{code}-gateway",
            plan=plan.gateway,
            target_group_arn=self.load_balancer.target_group_arn,
            limit_host=self.caches.limit_host,
            root_secret=root_secret,
            opts=inside,
        )
        for stopped in plan.gone_routes:
            GoneRoutes(f"{code}-{stopped.name}", plan=stopped, after=self.gateway.ready, opts=inside)
        self.register_outputs({"cluster": self.cluster.name})
