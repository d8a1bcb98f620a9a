"""A plugin's way into the poolers of its shard: its aliases, and the door in their network policy.

PoolerEntry(f"{plugin}-pooler", plan=database_plan, home=True, writer_host=..., reader_hosts=[...], labels=...,
            after=[pooler_namespace], opts=ResourceOptions(parent=..., provider=cluster.provider))
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import core, meta

from components.network_policy import network_policy
from planning.databases import PluginDatabasePlan
from planning.naming import namespace
from planning.pooler import FRAGMENT_LABEL, NAMESPACE, fragment_policy
from planning.pooler_config import KINDS, render_fragment


class PoolerEntry(pulumi.ComponentResource):
    """A ConfigMap that the poolers collect, and a NetworkPolicy; both lie in the poolers' namespace."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        home: bool,
        writer_host: pulumi.Input[str],
        reader_hosts: Sequence[pulumi.Input[str]],
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:PoolerEntry", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self, depends_on=list(after))
        files = pulumi.Output.all(writer_host, *reader_hosts).apply(
            lambda hosts: render_fragment(plan, writer_host=hosts[0], reader_hosts=hosts[1:], home=home)
        )
        core.v1.ConfigMap(
            f"{name}-aliases",
            metadata=meta.v1.ObjectMetaArgs(
                name=namespace(plan.plugin),
                namespace=NAMESPACE,
                labels={**labels, FRAGMENT_LABEL: f"pooler-{plan.shard}"},
            ),
            data={key: files[key] for key in (f"{plan.plugin}.{kind}" for kind in KINDS)},
            opts=inside,
        )
        policy = fragment_policy(plan)
        network_policy(f"{name}-door", plan=policy, labels=labels, opts=inside)
        self.register_outputs({})
