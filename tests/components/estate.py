"""The AWS estate below the cluster's contents, put together as an environment puts it together."""

import pulumi
import pulumi_aws as aws

from components.cluster.cluster import Cluster
from components.data.buckets import Buckets
from components.edge.cdn import Cdn
from components.edge.certificates import Certificates
from components.gateway.load_balancer import LoadBalancer
from components.network.peering import Peering
from components.network.vpc import Network
from planning.cluster.cluster import plan_cluster
from planning.data.buckets import plan_buckets
from planning.edge.cdn import plan_cdn
from planning.gateway.load_balancer import plan_load_balancer
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import tier_for
from planning.network.vpc import plan_network, plan_peerings
from planning.shared.regions import CDN_REGION, region_code
from planning.shared.tags import Tags
from tests.planning import samples
from tests.plugin_plans import real_registry

USERS = {"1k": 1_000, "10k": 10_000, "50k": 50_000, "100k": 120_000}
"""Users of an environment of each tier."""


def settings(users: int, *, production: bool = False) -> Settings:
    """Settings of an environment whose operators reach the cluster from a stated network."""
    stated = {
        "api_access_cidrs": ("203.0.113.0/24",),
        "operators": ("arn:aws:iam::123456789012:role/operator",),
        "viewers": ("arn:aws:iam::123456789012:role/ci/preview",),
    }
    return samples.settings(users, production=production, stated=stated)


class Estate:
    """Builds everything of one environment; its parts are attributes. registry: default: this project's."""

    def __init__(self, stated: Settings, *, stack: str = "dev", registry: Registry | None = None) -> None:
        tier = tier_for(stated.users)
        regions = stated.regions[: tier.regions]
        tags = Tags(environment=stack, owner=stated.owner, cost_center=stated.cost_center)
        wanted = sorted({*regions, CDN_REGION})
        self.providers = {region: aws.Provider(f"aws-{region_code(region)}", region=region) for region in wanted}
        cdn = plan_cdn(stack=stack, settings=stated, tier=tier, regions=regions, registry=registry or real_registry())
        self.storage = Buckets(
            "storage",
            plan=plan_buckets(stack=stack, settings=stated, tier=tier),
            providers=self.providers,
            tags=tags,
        )
        self.certificates = Certificates(
            "certificates", plan=cdn, providers=self.providers, tags=tags, opts=self._in(CDN_REGION)
        )
        self.networks = {
            region: Network(
                f"{region_code(region)}-network",
                plan=plan_network(stack=stack, region=region, tier=tier),
                tags=tags,
                protect=stated.production,
                opts=self._in(region),
            )
            for region in regions
        }
        for peering in plan_peerings(stack=stack, regions=regions):
            other = peering.accepter.region
            Peering(
                f"peering-{region_code(other)}",
                plan=peering,
                requester=self.networks[regions[0]],
                accepter=self.networks[other],
                accepter_provider=self.providers[other],
                tags=tags,
                opts=self._in(regions[0]),
            )
        self.clusters = {
            region: Cluster(
                f"{region_code(region)}-cluster",
                plan=plan_cluster(stack=stack, region=region, settings=stated, tier=tier, users=stated.users),
                network=self.networks[region],
                tags=tags,
                opts=self._in(region),
            )
            for region in regions
        }
        self.balancers = {
            region: LoadBalancer(
                f"{region_code(region)}-load-balancer",
                plan=plan_load_balancer(stack=stack, region=region, settings=stated),
                network=self.networks[region],
                cluster=self.clusters[region].name,
                pods_security_group_id=self.clusters[region].security_group_id,
                certificate_arn=self.certificates.in_region(region),
                tags=tags,
                opts=self._in(region),
            )
            for region in regions
        }
        self.cdn = Cdn(
            "cdn",
            plan=cdn,
            storage=self.storage,
            load_balancers=self.balancers,
            certificate_arn=self.certificates.in_region(CDN_REGION),
            global_provider=self.providers[CDN_REGION],
            tags=tags,
        )

    def _in(self, region: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(providers=[self.providers[region]])
