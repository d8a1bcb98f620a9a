"""A plugin's way into the poolers of its shard: its aliases, and a network policy that admits it.

PoolerEntry(f"{plugin}-pooler", plan=database_plan, shard=0, home=True, writer_hosts=[...], reader_hosts=[...],
            labels=..., after=[entrance.namespace], opts=ResourceOptions(parent=..., provider=cluster.provider))

before: the aliases that a plugin that has moved keeps, for a while, in the poolers of the shard that it came from.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import core, meta

from components.shared.component import Component
from components.shared.network_policy import network_policy
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.pooler import FRAGMENT_LABEL, NAMESPACE, fragment_policy
from planning.database.pooler_config import KINDS, render_fragment, render_renewal
from planning.shared.naming import namespace

_BEFORE = "-before"


class PoolerEntry(Component, token="naap:platform:PoolerEntry"):
    """A ConfigMap that the poolers collect, and a NetworkPolicy; both lie in the poolers' namespace."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        shard: int,
        before: bool = False,
        home: bool,
        writer_hosts: Sequence[pulumi.Input[str]],
        reader_hosts: Sequence[pulumi.Input[str]],
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        inside = self.child(*after)
        count, stem = len(writer_hosts), f"{plan.plugin}{_BEFORE if before else ''}"
        files = pulumi.Output.all(*writer_hosts, *reader_hosts).apply(
            lambda hosts: render_fragment(
                plan, stem=stem, writer_hosts=hosts[:count], reader_hosts=hosts[count:], home=home
            )
        )
        own = f"{namespace(plan.plugin)}{_BEFORE if before else ''}"
        core.v1.ConfigMap(
            f"{name}-aliases",
            metadata=meta.v1.ObjectMetaArgs(
                name=own,
                namespace=NAMESPACE,
                labels={**labels, FRAGMENT_LABEL: f"pooler-{shard}"},
            ),
            data={key: files[key] for key in (f"{stem}.{kind}" for kind in KINDS)},
            opts=inside,
        )
        policy = fragment_policy(plan, shard)
        network_policy(f"{name}-door", plan=policy, labels=labels, opts=inside)


def renewal(
    name: str,
    *,
    plan: PluginDatabasePlan,
    stamp: str,
    labels: Mapping[str, str],
    after: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> core.v1.ConfigMap:
    """By which the poolers make a plugin's server connections new. stamp: of the migration, which it comes after."""
    return core.v1.ConfigMap(
        name,
        metadata=meta.v1.ObjectMetaArgs(
            name=f"{namespace(plan.plugin)}-migrated",
            namespace=NAMESPACE,
            labels={**labels, FRAGMENT_LABEL: f"pooler-{plan.shard}"},
        ),
        data=render_renewal(plan, stamp=stamp),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(after))),
    )
