"""The plan as a person reads it (80 columns) and as a program reads it (JSON)."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from pydantic import BaseModel

from planning.platform import PlatformPlan
from planning.quotas import SOURCE, Quota
from planning.tiers import node_limit

WIDTH = 80


def to_plain(value: Any) -> Any:  # noqa: PLR0911  # one return for each kind of value
    """Dataclasses, settings and enums as what JSON knows, in a stable order."""
    if isinstance(value, BaseModel):
        return to_plain(value.model_dump(by_alias=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # of any mapping
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]  # of any sequence
    if isinstance(value, frozenset | set):
        return sorted(to_plain(item) for item in value)  # pyright: ignore[reportUnknownVariableType]  # of any set
    return value


def as_json(plan: PlatformPlan) -> str:
    """The whole plan; it holds no secret, only the names of secrets."""
    return json.dumps(to_plain(plan), indent=2, default=str)


def table(rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Rows as aligned lines; columns move closer, then the last is cut, where they would leave the width."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    gap = "  " if sum(widths) + 2 * len(widths) <= width else " "
    lines = [gap.join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def count(number: int, noun: str) -> str:
    """The number with its noun: 1 day, 7 days."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_text(plan: PlatformPlan) -> str:
    """Sizes first, then one line a plugin."""
    tier, users = plan.tier, plan.settings.users
    database, cache = tier.database, tier.app_cache
    sizes = [
        ("regions", ", ".join(region.region for region in plan.regions)),
        ("clusters", ", ".join(region.cluster.name for region in plan.regions)),
        ("nodes a region", f"up to {node_limit(tier, users)} x {tier.nodes.families[0]}.{tier.nodes.size}"),
        (
            "database",
            f"{len(plan.shards)} x {database.instance_class}, {count(database.replicas, 'replica')} each, "
            f"{'multi-AZ' if database.multi_az else 'one zone'}",
        ),
        ("backups", count(database.backup_days, "day")),
        ("cache", f"{cache.nodes} x {cache.node_type}"),
        ("pooler pods", f"{tier.pooler_pods} a shard"),
        ("gateway pods", f"{tier.gateway_pods_min}-{tier.gateway_pods_max} a region"),
        ("CDN", f"{tier.price_class}{', origin shield' if tier.origin_shield else ''}"),
        ("monitoring", ", ".join(_monitoring(plan))),
        ("about", f"USD {tier.approx_usd_month:,} a month (+-25 %, us-east-1)"),
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
    return "\n".join([head, "", *table(sizes), "", *table(plugins)])


def quotas_json(found: Sequence[Quota]) -> str:
    """The quotas with their source."""
    rows = [to_plain(quota) | {"passed": quota.passed} for quota in found]
    return json.dumps({"source": SOURCE, "quotas": rows}, indent=2)


def quotas_text(found: Sequence[Quota], users: int) -> str:
    """A line a quota, the fullest first; what is passed is marked."""
    rows = [("", "needed", "default", "quota", "code")]
    rows += [
        ("raise" if quota.passed else "", f"{quota.needed:,}", f"{quota.default:,}", quota.name, quota.code or "fixed")
        for quota in found
    ]
    return "\n".join([f"{users:,} users", SOURCE, "", *table(rows)])


def _monitoring(plan: PlatformPlan) -> list[str]:
    tier = plan.tier
    parts = [("logs", True), ("APM", tier.apm), ("metrics", tier.metrics), ("tracing", tier.tracing)]
    return [name for name, present in parts if present]
