"""Observability of a region, by tier: logs and alarms everywhere, then traces of services, metrics, whole paths."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import amp, cloudwatch
from pulumi_kubernetes import core

from components.observability.alarm_topic import AlarmTopic
from components.observability.alarms import Alarms, LogAlarms
from components.observability.collector import Collector
from components.observability.grafana import Dashboards
from components.observability.metrics_adapter import MetricsAdapter
from components.observability.platform_alerts import PlatformAlerts
from components.observability.plugin_monitoring import MonitoringContext
from components.observability.pod_logs import PodLogs
from components.observability.state_metrics import StateMetrics
from components.shared.component import Component
from components.shared.namespace import restricted_namespace
from components.shared.network_policy import network_policy
from components.shared.root_secret import RootSecret
from planning.observability.network_policies import NAMESPACE
from planning.observability.observability import ObservabilityPlan
from planning.shared.labels import labels
from planning.shared.tags import Tags


class Observability(Component, token="naap:platform:Observability"):
    """One region's. AWS and Kubernetes providers reach it through its options. Handles: topic_arn;
    monitoring: what plugins bring their own rules and dashboards to, None in tiers without series.

    databases, replicas, caches, balancer, proxies, certificates: as Alarms has them. after: the cluster with nodes.
    """

    topic_arn: pulumi.Output[str]
    monitoring: MonitoringContext | None

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        databases: Mapping[str, pulumi.Input[str]],
        replicas: Mapping[str, pulumi.Input[str]],
        caches: Sequence[str],
        balancer: Mapping[str, pulumi.Input[str]],
        proxies: Sequence[pulumi.Resource],
        certificates: Mapping[str, pulumi.Input[str]],
        root_secret: RootSecret,
        tags: Tags,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._plan, self._tags = name, plan, tags.of("observability")
        topic = AlarmTopic(f"{name}-topic", plan=plan.topic, tags=self._tags, opts=self.child())
        Alarms(
            f"{name}-alarms",
            plan=plan,
            topic=topic,
            databases=databases,
            replicas=replicas,
            caches=caches,
            balancer=balancer,
            proxies=proxies,
            certificates=certificates,
            tags=tags,
            opts=self.child(topic),
        )
        logs = PodLogs(
            f"{name}-logs", plan=plan, key_arn=topic.key_arn, after=after, tags=self._tags, opts=self.child()
        )
        LogAlarms(
            f"{name}-log-alarms",
            plans=plan.log_alarms,
            prefix=plan.prefix,
            topic=topic,
            tags=tags,
            opts=self.child(topic, logs, *after),
        )
        self.monitoring = self._collect(topic, root_secret) if plan.apm else None
        self.topic_arn = topic.arn
        self.register_outputs({"topicArn": self.topic_arn})

    def _collect(self, topic: AlarmTopic, root_secret: RootSecret) -> MonitoringContext | None:
        plan, name = self._plan, self._name
        stated = labels("observability", NAMESPACE)
        namespace = restricted_namespace(f"{name}-namespace", name=NAMESPACE, labels=stated, opts=self.child())
        for policy in plan.policies:
            network_policy(
                f"{name}-{policy.name}-network",
                plan=policy,
                labels=stated,
                opts=self.child(namespace),
            )
        workspace = self._workspace(topic) if plan.metrics else None
        Collector(
            f"{name}-collector",
            plan=plan,
            namespace=namespace,
            remote_write_url=pulumi.Output.concat(workspace.prometheus_endpoint, "api/v1/remote_write")
            if workspace
            else None,
            workspace_arn=workspace.arn if workspace else None,
            tags=self._tags,
            opts=self.child(),
        )
        return self._read(workspace, namespace, topic, root_secret) if workspace else None

    def _read(
        self, workspace: amp.Workspace, namespace: core.v1.Namespace, topic: AlarmTopic, root_secret: RootSecret
    ) -> MonitoringContext:
        """What is done with series: autoscalers, rules and people read them."""
        plan, name = self._plan, self._name
        MetricsAdapter(
            f"{name}-adapter",
            plan=plan,
            namespace=namespace,
            workspace_id=workspace.id,
            workspace_arn=workspace.arn,
            root_secret=root_secret,
            tags=self._tags,
            opts=self.child(),
        )
        StateMetrics(f"{name}-state-metrics", namespace=namespace, opts=self.child())
        Dashboards(
            f"{name}-dashboards",
            plan=plan,
            namespace=namespace,
            workspace_id=workspace.id,
            workspace_arn=workspace.arn,
            tags=self._tags,
            opts=self.child(),
        )
        PlatformAlerts(
            f"{name}-rules", plan=plan, topic=topic, workspace_id=workspace.id, tags=self._tags, opts=self.child()
        )
        return MonitoringContext(workspace_id=workspace.id, endpoint=workspace.prometheus_endpoint, namespace=namespace)

    def _workspace(self, topic: AlarmTopic) -> amp.Workspace:
        # AWS writes here which rule it could not compute, and which alert it could not send: nothing else tells.
        log = cloudwatch.LogGroup(
            f"{self._name}-metrics-log",
            name=f"/aws/vendedlogs/prometheus/{self._plan.prefix}",
            retention_in_days=self._plan.logs.days,
            kms_key_id=topic.key_arn,
            tags=self._tags,
            opts=self.child(),
        )
        workspace = amp.Workspace(
            f"{self._name}-metrics",
            alias=self._plan.prefix,
            kms_key_arn=topic.key_arn,
            logging_configuration=amp.WorkspaceLoggingConfigurationArgs(
                log_group_arn=pulumi.Output.concat(log.arn, ":*")
            ),
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._plan.topic.key.protect),
        )
        amp.WorkspaceConfiguration(
            f"{self._name}-metrics-days",
            workspace_id=workspace.id,
            retention_period_in_days=self._plan.metrics_days,
            opts=self.child(),
        )
        return workspace
