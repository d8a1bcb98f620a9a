"""`naap plan`: the whole plan of a stack."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from rich.console import Group
from rich.text import Text

from analysis.cost.estimate import cost_of
from console.terminal import Answer, table
from console.text import count
from naap.source import Source
from naap.support import today, warnings
from planning.cluster.node_pool import NodePoolPlan
from planning.platform import PlatformPlan


def answer(source: Source) -> Answer:
    """Raises InvalidInputError."""
    plan = source.plan()
    return Answer(data=plan, text=_text(plan, today()))


def _nodes(pool: NodePoolPlan) -> str:
    mixed = f", {pool.amd64_nodes} or more of them {pool.amd64_families[0]}" if pool.amd64_nodes else ""
    return f"up to {pool.nodes} x {pool.families[0]}.{pool.size}{mixed}"


def _text(plan: PlatformPlan, day: date) -> Group:
    """Sizes first, then one line a plugin, then whose support ends soon after that day."""
    tier, users = plan.tier, plan.settings.users
    database, cache = tier.database, tier.app_cache
    sizes = [
        ("regions", ", ".join(region.region for region in plan.regions)),
        ("clusters", ", ".join(region.cluster.name for region in plan.regions)),
        ("nodes a region", _nodes(plan.home.cluster.node_pool)),
        (
            "database",
            f"{_counted(shard.instance_class for shard in plan.shards)}, {count(database.replicas, 'replica')} each, "
            f"{'multi-AZ' if database.multi_az else 'one zone'}",
        ),
        ("backups", count(database.backup_days, "day")),
        ("cache", f"{cache.nodes} x {cache.node_type}"),
        ("pooler pods", f"{sum(shard.pooler_pods for shard in plan.shards)} a region"),
        ("gateway pods", f"{plan.home.gateway.pods} a region"),
        ("CDN", f"{tier.price_class}{', origin shield' if tier.origin_shield else ''}"),
        ("monitoring", ", ".join(_monitoring(plan))),
        ("about", f"USD {cost_of(plan).usd:,.0f} a month, see: naap cost"),
    ]
    plugins = [("plugin", "pods", "prefix", "schema", "shard")]
    for plugin in plan.plugins:
        backend, stored = plugin.spec.backend, plugin.database
        plugins.append(
            (
                plugin.name,
                str(plugin.pods) if plugin.pods else "-",
                backend.api_prefix if backend else "(frontend only)",
                stored.schema if stored else "-",
                str(stored.shard) if stored else "-",
            )
        )
    head = f"Stack {plan.stack}: {users:,} users, tier {tier.name.value}, https://{plan.settings.domain}"
    shown = [table(sizes, head=False), "", table(plugins, gives=(2, 3))]
    return Group(Text(head, "bold"), "", *shown, *warnings(day))


def _counted(values: Iterable[str]) -> str:
    """Each that differs, with how many there are."""
    return " + ".join(f"{number} x {value}" for value, number in Counter(values).items())


def _monitoring(plan: PlatformPlan) -> list[str]:
    tier = plan.tier
    parts = [("logs", True), ("APM", tier.apm), ("metrics", tier.metrics), ("tracing", tier.tracing)]
    return [name for name, present in parts if present]
