"""Logs of all pods: read on the nodes by AWS's own add-on, kept in groups that we make and so expire."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch, eks
from pulumi_kubernetes import core, meta

from components.shared.component import Component
from components.shared.network_policy import network_policy
from components.shared.pod_identity import PodIdentity
from planning.observability.network_policies import LOG_ADDON, LOG_NAMESPACE
from planning.observability.observability import LOG_ACCOUNT, LOG_ADDON_VERSION, ObservabilityPlan
from planning.observability.roles import log_writer_policy
from planning.shared.labels import labels


class PodLogs(Component, token="naap:platform:PodLogs"):
    """after: what the add-on needs: the cluster, and nodes to run on."""

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        key_arn: pulumi.Input[str],
        after: Sequence[pulumi.Resource],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        groups = [
            cloudwatch.LogGroup(
                f"{name}-{group.rpartition('/')[2]}",
                name=group,
                retention_in_days=plan.logs.days,
                kms_key_id=key_arn,
                tags=tags,
                opts=self.child(),
            )
            for group in plan.logs.groups
        ]
        for query, text in plan.logs.queries.items():
            cloudwatch.QueryDefinition(
                f"{name}-{query.rpartition('/')[2]}",
                name=query,
                log_group_names=[plan.logs.application],
                query_string=text,
                opts=self.child(*groups),
            )
        identity = PodIdentity(
            f"{name}-identity",
            cluster=plan.cluster,
            namespace=LOG_NAMESPACE,
            service_account=LOG_ACCOUNT,
            policy=pulumi.Output.all(*(group.arn for group in groups)).apply(log_writer_policy),
            tags=tags,
            after=after,
            opts=self.child(),
        )
        eks.Addon(
            f"{name}-addon",
            cluster_name=plan.cluster,
            addon_name=LOG_ADDON,
            addon_version=LOG_ADDON_VERSION,
            configuration_values=_CONFIGURATION,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=tags,
            opts=self.child(identity, *groups, *self._namespace(name, plan), *after),
        )

    def _namespace(self, name: str, plan: ObservabilityPlan) -> list[pulumi.Resource]:
        """Where the add-on goes, and whom its pods may talk to: nodes let no pod talk before a policy says so.

        Not held to a Pod Security standard: log readers mount files of their nodes. That EKS, which applies an
        add-on's objects on the server's side, takes up a Namespace that is there already is not verified on a cluster.
        """
        stated = labels("observability", "logs")
        namespace = core.v1.Namespace(
            f"{name}-namespace",
            metadata=meta.v1.ObjectMetaArgs(name=LOG_NAMESPACE, labels=stated),
            opts=self.child(),
        )
        inside = self.child(namespace)
        return [
            network_policy(f"{name}-{policy.name}", plan=policy, labels=stated, opts=inside)
            for policy in plan.logs.policies
        ]


_CONFIGURATION = json.dumps(
    {
        "containerLogs": {"enabled": True},
        # Its agent can't be left out, as the log reader mounts what comes with it. Given only this, it collects nothing
        # unless an application sends: Container Insights would be billed for every pod and minute.
        "agent": {"config": {"logs": {"metrics_collected": {"application_signals": {}}}}},
        # Left out, the add-on instruments every service, restarts it for that, and is billed for it (from 5.0.0 on).
        "manager": {"applicationSignals": {"autoMonitor": {"monitorAllServices": False}}},
    },
    sort_keys=True,
)
