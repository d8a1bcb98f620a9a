"""PgBouncer before each shard, in each region: where it runs, and who talks to it.

What belongs to one plugin (its aliases, who may use them) is a fragment of its own. The pods collect the fragments of
their shard and reload when one comes, changes or goes, so that a new plugin changes nothing of the others'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.database.plugin_database import PluginDatabasePlan
from planning.database.shard import DATABASE_PORT, ShardPlan
from planning.inputs.tiers import Tier
from planning.network.addresses import API_ADDRESS, region_addresses
from planning.network.network_policy import TO_DNS, AddressPeer, PodPeer, PolicyPlan, Port, Rule
from planning.shared.labels import labels, selector
from planning.shared.naming import SYSTEM_NAMESPACES, namespace, pooler_host
from planning.shared.pods import CONFIG_COLLECTOR, PodSize, together
from planning.shared.ports import POOLER_PORT

NAMESPACE = SYSTEM_NAMESPACES["pooler"]
METRICS_PORT = 9127
FRAGMENT_LABEL = "naap.io/pooler"
"""Its value is the name of the poolers that take a fragment."""
USER = 70
"""Whom PgBouncer's image (images/pgbouncer) runs as; the pod's other containers too, so that they may signal it."""
GRACE_SECONDS = 60
"""Time for leaving the Service and for transactions that run."""


PGBOUNCER = PodSize(cpu_m=250, cpu_limit_m=1000, memory_mib=384)
"""It runs on one core. Memory: some 40 KiB a client with TLS, 5,000 of them, and the servers' buffers."""
RELOADER = PodSize(cpu_m=10, cpu_limit_m=100, memory_mib=32)
EXPORTER = PodSize(cpu_m=10, cpu_limit_m=100, memory_mib=64)


@dataclass(frozen=True, kw_only=True)
class PoolerPlan:
    """The poolers of one shard in one region.

    image: PgBouncer's, by digest.
    database_regions: whose authorities sign the database's certificates. database_cidrs: where it is, seen from here.
    api_cidrs: where the cluster's API server answers.
    """

    name: str
    shard: int
    region: str
    home: bool
    image: str
    host: str
    port: int
    replicas: int
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    certificate_names: tuple[str, ...]
    database_regions: tuple[str, ...]
    database_cidrs: tuple[str, ...]
    api_cidrs: tuple[str, ...]
    metrics: bool


def plan_poolers(*, region: str, image: str, tier: Tier, shards: Sequence[ShardPlan]) -> tuple[PoolerPlan, ...]:
    """The poolers of a region. A shard that no plugin of several is on has poolers as well: one may move there."""
    return tuple(_plan_pooler(region, image, tier, shard) for shard in shards)


def _plan_pooler(region: str, image: str, tier: Tier, shard: ShardPlan) -> PoolerPlan:
    name = f"pooler-{shard.shard}"
    host = pooler_host(shard.shard)
    return PoolerPlan(
        name=name,
        shard=shard.shard,
        region=region,
        home=region == shard.region,
        image=image,
        host=host,
        port=POOLER_PORT,
        replicas=shard.pooler_pods,
        labels=labels("pooler", name),
        selector=selector("pooler", name),
        # Without the cluster's domain too: what a client writes is what it checks.
        certificate_names=(host, host.removesuffix(".cluster.local"), f"{name}.{NAMESPACE}", name),
        database_regions=tuple(dict.fromkeys((shard.region, region))),
        database_cidrs=shard.client_networks(region),
        api_cidrs=tuple(subnet.private for subnet in region_addresses(region).subnets),
        metrics=tier.metrics,
    )


def pooler_size(*, metrics: bool) -> PodSize:
    """What a pooler's pod asks for. metrics: whether a container beside PgBouncer counts."""
    return together(PGBOUNCER, CONFIG_COLLECTOR, RELOADER, *([EXPORTER] if metrics else []))


def metrics_service(shard: int) -> str:
    """A name for the addresses of all poolers of a shard, for who scrapes them."""
    return f"pooler-{shard}-metrics"


def pooler_policy(plan: PoolerPlan) -> PolicyPlan:
    """What a shard's poolers may reach: names, their database, and the API server for their fragments."""
    api = (AddressPeer(cidr=API_ADDRESS), *(AddressPeer(cidr=cidr) for cidr in plan.api_cidrs))
    return PolicyPlan(
        name=plan.name,
        namespace=NAMESPACE,
        pods=plan.selector,
        ingress=(
            Rule(peers=(PodPeer(namespace=SYSTEM_NAMESPACES["observability"]),), ports=(Port(number=METRICS_PORT),)),
        ),
        egress=(
            TO_DNS,
            Rule(
                peers=tuple(AddressPeer(cidr=cidr) for cidr in plan.database_cidrs),
                ports=(Port(number=DATABASE_PORT),),
            ),
            Rule(peers=api, ports=(Port(number=443),)),
        ),
    )


def fragment_policy(plan: PluginDatabasePlan, shard: int) -> PolicyPlan:
    """Lets a plugin's pods, and nobody else's, to the poolers of a shard."""
    caller = namespace(plan.plugin)
    return PolicyPlan(
        name=f"from-{caller}" if shard == plan.shard else f"from-{caller}-before",
        namespace=NAMESPACE,
        pods=selector("pooler", f"pooler-{shard}"),
        ingress=(Rule(peers=(PodPeer(namespace=caller),), ports=(Port(number=POOLER_PORT),)),),
    )
