"""AWS quotas that an environment comes near, at any number of users; on paper also beyond what plans today."""

import math
from dataclasses import dataclass

from analysis.capacity.demand import component_demands, nodes_needed, shard_sizes
from analysis.cost.observability import OTLP_SECONDS, SCRAPED_PER_POD
from planning.cluster.node_pool import SPARE_NODES
from planning.data.caches import cache_sizes
from planning.gateway.gateway import gateway_pods
from planning.gateway.limits import MAX_RULES, RULES_OF_A_PAIR, plan_limits
from planning.inputs.assumptions import SECONDS, Assumptions
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.registry.sections import Objective
from planning.inputs.settings import CDN_RESPONSE_SECONDS
from planning.inputs.tiers import Tier, node_limit, pod_range, tier_for
from planning.network.addresses import ZONES, region_addresses
from planning.observability.alerts.burn_rate import objective_rules
from planning.observability.alerts.objective import plan_objective
from planning.observability.alerts.platform import platform_rules
from planning.observability.metrics.scraping import SECONDS as SCRAPE_SECONDS

SOURCE = "Defaults as docs.aws.amazon.com has them; Service Quotas has the account's own."
_DOCS = "docs.aws.amazon.com"
_EC2 = f"{_DOCS}/ec2/latest/instancetypes/ec2-instance-quotas.html"
_VPC = f"{_DOCS}/vpc/latest/userguide/amazon-vpc-limits.html"
_EKS = f"{_DOCS}/eks/latest/userguide/service-quotas.html"
_RDS = f"{_DOCS}/AmazonRDS/latest/UserGuide/CHAP_Limits.html"
_CACHE = f"{_DOCS}/general/latest/gr/elasticache-service.html"
_IAM = f"{_DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html"
_S3 = f"{_DOCS}/general/latest/gr/s3.html"
_ELB = f"{_DOCS}/elasticloadbalancing/latest/application/load-balancer-limits.html"
_AMP = f"{_DOCS}/prometheus/latest/userguide/AMP_quotas.html"
_CDN = f"{_DOCS}/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"
_K8S = "kubernetes.io: sig-scalability/configs-and-limits/thresholds.md"
_ETCD = f"{_DOCS}/eks/latest/userguide/clusters.html"
_RULES = "gateway.envoyproxy.io: BackendTrafficPolicy, rateLimit.global.rules"
_ADDRESSES = "planning/network/addresses.py"
_ASSUMED = Assumptions()
BUCKETS_A_REGION = 4
OWN_NAMESPACES = 10
"""The platform's and Kubernetes' own."""
OWN_SERVICES = 30
"""The same, at the most that any tier has."""
KIB_A_PLUGIN = 75
"""Of all objects of a plugin with a database and a cache, as they are built at 50,000 users. What Kubernetes adds, pods
and owners of fields, is not in it."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A limit of AWS in one region (or of the account), its default, and what the environment needs of it.

    code: by which Service Quotas knows it; empty where it can't be raised. source: where the default stands.
    stated: a value that we set, and no number that grows towards the limit: it may be reached.
    """

    name: str
    code: str
    default: int
    needed: int
    source: str
    stated: bool = False

    @property
    def passed(self) -> bool:
        """Whether the default is too small."""
        return self.needed > self.default

    @property
    def part(self) -> float:
        """Of the default, what is needed; 0 where reaching it means nothing."""
        return 0 if self.stated and not self.passed else self.needed / self.default


def quotas(
    *,
    registry: Registry,
    users: int,
    regions: tuple[str, ...],
    assumptions: Assumptions = _ASSUMED,
    least_shards: int = 1,
    response_seconds: int = CDN_RESPONSE_SECONDS,
) -> tuple[Quota, ...]:
    """Quotas of the home region, which needs the most, and of the account; the fullest first.

    regions: those that the settings name; the tier uses as many as it needs. least_shards: those that hold data.
    response_seconds: naap:cdnResponseSeconds.
    """
    tier = tier_for(users)
    used = regions[: tier.regions]
    pods = pods_of(registry, tier, users)
    backends = sum(1 for plugin in registry.plugins if plugin.backend)
    sizes = shard_sizes(registry, users, assumptions, least_shards)
    proxies = gateway_pods(tier, users).max
    parts = component_demands(registry, tier, users, assumptions, sizes)
    nodes = nodes_needed(registry, tier, users, parts)
    addresses = pods + node_limit(tier, users) + proxies + sum(size.pooler_pods for size in sizes)
    found = (
        *_nodes(nodes, tier, backends),
        *_data(registry, tier, len(sizes)),
        *_cluster(nodes=nodes, pods=pods + proxies + sum(size.pooler_pods for size in sizes), backends=backends),
        *_objects(registry, tier, backends),
        *_account(backends, len(used)),
        *_traffic(users, proxies, response_seconds, assumptions),
        *_series(tier, backends, pods, proxies, assumptions),
        Quota(
            name="VPC: addresses for pods, nodes (our own /16)",
            code="",
            default=region_addresses(used[0]).pod_capacity,
            needed=addresses,
            source=_ADDRESSES,
        ),
    )
    return tuple(sorted(found, key=lambda quota: -quota.part))


def _nodes(nodes: int, tier: Tier, backends: int) -> tuple[Quota, ...]:
    """Of a region's network and cluster."""
    vcpus = (nodes + SPARE_NODES) * tier.nodes.vcpu_each
    return (
        Quota(name="EC2: vCPUs, on-demand standard instances", code="L-1216C47A", default=5, needed=vcpus, source=_EC2),
        Quota(name="VPC: networks a region", code="L-F678F1CE", default=5, needed=1, source=_VPC),
        Quota(
            name="EC2: Elastic IPs a region",
            code="L-0263D0A3",
            default=5,
            needed=len(ZONES) if tier.nat_per_zone else 1,
            source=_VPC,
        ),
        Quota(name="EKS: clusters a region", code="L-1194D53C", default=100, needed=1, source=_EKS),
        Quota(
            name="EKS: Pod Identity associations a cluster", code="", default=5_000, needed=backends + 6, source=_EKS
        ),
    )


def _data(registry: Registry, tier: Tier, shards: int) -> tuple[Quota, ...]:
    instances = shards * (1 + tier.database.replicas)
    nodes = sum(size.nodes for size in cache_sizes(registry, tier).values())
    users = 1 + sum(1 for plugin in registry.plugins if plugin.cache)
    return (
        Quota(name="RDS: instances a region", code="L-7B6409FD", default=40, needed=instances, source=_RDS),
        Quota(name="ElastiCache: nodes a region", code="L-DFE45DF3", default=300, needed=nodes, source=_CACHE),
        Quota(name="ElastiCache: users in a user group", code="", default=100, needed=users, source=_CACHE),
        Quota(name="ElastiCache: users a region", code="L-80E085C7", default=1_000, needed=users + 1, source=_CACHE),
    )


def _cluster(*, nodes: int, pods: int, backends: int) -> tuple[Quota, ...]:
    """What Kubernetes is tested for. None is refused beyond: the control plane becomes slow."""
    services = 2 * backends + OWN_SERVICES  # a canary has one of its own
    return (
        Quota(name="Kubernetes: namespaces", code="", default=10_000, needed=backends + OWN_NAMESPACES, source=_K8S),
        Quota(name="Kubernetes: Services", code="", default=10_000, needed=services, source=_K8S),
        Quota(name="Kubernetes: pods of a cluster", code="", default=150_000, needed=pods, source=_K8S),
        Quota(name="Kubernetes: nodes of a cluster", code="", default=5_000, needed=nodes, source=_K8S),
    )


def _objects(registry: Registry, tier: Tier, backends: int) -> tuple[Quota, ...]:
    """Of the database of a control plane. What is written into it is encrypted by a key of AWS, which is asked at its
    start and not for each Secret: no limit of KMS grows with the plugins. No object names every plugin."""
    pairs = 1 + len(plan_limits(registry, tier).others)
    return (
        Quota(
            name="EKS: MiB of a cluster's objects",
            code="",
            default=8 * 1024,
            needed=math.ceil(backends * KIB_A_PLUGIN / 1024),
            source=_ETCD,
        ),
        Quota(
            name="Envoy Gateway: rules of the gateway's limits",
            code="",
            default=MAX_RULES,
            needed=RULES_OF_A_PAIR * pairs,
            source=_RULES,
        ),
    )


def _account(backends: int, regions: int) -> tuple[Quota, ...]:
    roles, buckets = (backends + 14) * regions, BUCKETS_A_REGION * regions
    return (
        Quota(name="IAM: roles of the account", code="L-FE177D64", default=1_000, needed=roles, source=_IAM),
        Quota(name="S3: buckets of the account", code="L-DC2B2D3D", default=10_000, needed=buckets, source=_S3),
    )


def _traffic(users: int, proxies: int, response_seconds: int, assumptions: Assumptions) -> tuple[Quota, ...]:
    return (
        Quota(name="ELB: targets of a load balancer", code="L-7E6692B2", default=1_000, needed=proxies, source=_ELB),
        Quota(
            name="CloudFront: requests/s of a distribution",
            code="on request",
            default=250_000,
            needed=round(_requests(users, assumptions)),
            source=_CDN,
        ),
        Quota(
            name="CloudFront: response timeout of an origin, s",
            code="L-AECE9FA7",
            default=CDN_RESPONSE_SECONDS,
            needed=response_seconds,
            source=_CDN,
            stated=True,
        ),
    )


def pods_of(registry: Registry, tier: Tier, users: int) -> int:
    """Pods of all plugins in one region when every one is at its maximum."""
    return sum(
        pod_range(tier, users, plugin.share, singleton=plugin.backend.scaling.singleton).max
        for plugin in registry.plugins
        if plugin.backend
    )


def _series(tier: Tier, backends: int, pods: int, proxies: int, assumptions: Assumptions) -> tuple[Quota, ...]:
    """Of a workspace of Amazon Managed Service for Prometheus; tiers without one need none.

    default of 2021: as a public list of Service Quotas had it then. AWS has raised such numbers since, but what its
    page says of these today could not be read: whoever passes one looks it up in the account.
    """
    proxies, pods = (proxies, pods) if tier.metrics else (0, 0)
    scraped = proxies * assumptions.series_per_proxy + pods * SCRAPED_PER_POD
    sent = pods * assumptions.series_per_pod
    return (
        # What a workspace starts with: it grows with what it is sent, up to fifty million.
        Quota(
            name="AMP: active series", code="L-5A151448", default=2_000_000, needed=round(scraped + sent), source=_AMP
        ),
        Quota(
            name="AMP: samples/s (default of 2021)",
            code="L-F4BCE0BA",
            default=70_000,
            needed=round(scraped / SCRAPE_SECONDS + sent / OTLP_SECONDS),
            source=_AMP,
        ),
        # Namespaces of rules, of which a plugin has one, were ten in 2021; Service Quotas counts them no more.
        Quota(
            name="AMP: rules of a workspace",
            code="L-3D15CDB4",
            default=2_000,
            needed=_rules(tier, backends) if tier.metrics else 0,
            source=_AMP,
        ),
    )


def _rules(tier: Tier, backends: int) -> int:
    a_plugin = len(objective_rules("any", plan_objective(Objective(), tier), (0,)).rules)
    return sum(len(group.rules) for group in platform_rules(connections=1)) + backends * a_plugin


def _requests(users: int, assumptions: Assumptions) -> float:
    """A second, at the peak, of all that the CDN answers."""
    month = users * (assumptions.requests_per_user + assumptions.asset_requests_per_user)
    return month * assumptions.peak_factor / SECONDS
