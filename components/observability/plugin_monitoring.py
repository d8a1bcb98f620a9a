"""A plugin's own rules and dashboard, and the mark by which the age of its passwords is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import amp
from pulumi_kubernetes import core, meta

from components.observability.grafana import dashboard_object
from components.shared.component import Component
from planning.observability.alerts.alert import rule_file
from planning.observability.plugin_monitoring import PluginMonitoringPlan
from planning.shared.tags import Tags


@dataclass(frozen=True, kw_only=True)
class MonitoringContext:
    """What monitoring of a region offers to each plugin. endpoint: of the series, an API of Prometheus below `api/v1`.

    namespace: where dashboards are.
    """

    workspace_id: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    namespace: core.v1.Namespace


class PluginMonitoring(Component, token="naap:platform:PluginWatch"):
    """after: the plugin's namespace, for the mark."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginMonitoringPlan,
        context: MonitoringContext,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        amp.RuleGroupNamespace(
            f"{name}-rules",
            name=plan.rules_name,
            workspace_id=context.workspace_id,
            data=rule_file((plan.rules,)),
            tags=tags.of("observability", plugin=plan.plugin),
            opts=self.child(),
        )
        dashboard_object(
            f"{name}-dashboard",
            plan=plan.dashboard,
            labels=labels,
            opts=self.child(context.namespace),
        )
        if plan.secret_age:
            core.v1.ConfigMap(
                f"{name}-{plan.secret_age}",
                metadata=meta.v1.ObjectMetaArgs(name=plan.secret_age, namespace=plan.namespace, labels=labels),
                immutable=True,
                opts=self.child(*after),
            )
