"""The telemetry collector of a region: what services and gateway send goes through it to AWS."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import apps, core, meta, rbac

from components.shared.component import Component
from components.shared.pods import (
    api_token,
    container_security,
    deployment_spec,
    disruption_budget,
    memory_volume,
    pod_security,
    resources,
    spread,
)
from components.shared.rbac import cluster_rights
from components.shared.service_account import aws_account
from planning.cluster.priority_classes import CORE
from planning.observability.collector import HEALTH_PORT, collector_config
from planning.observability.network_policies import COLLECTOR, NAMESPACE
from planning.observability.observability import ObservabilityPlan
from planning.observability.pods import COLLECTOR as SIZE
from planning.observability.roles import collector_policy
from planning.shared import images
from planning.shared.labels import labels, selector
from planning.shared.naming import stamp
from planning.shared.pods import TOKEN_FOLDER
from planning.shared.ports import OTLP_GRPC_PORT, OTLP_PORT

_CONFIG_FOLDER = "/etc/collector"
_CONFIG_FILE = "collector.json"
_TOKEN = "token"  # noqa: S105  # a volume
_USER = 4317
"""Of the image."""


class Collector(Component, token="naap:platform:Collector"):
    """remote_write_url, workspace_arn: of the Prometheus workspace; None in tiers without one."""

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        namespace: core.v1.Namespace,
        remote_write_url: pulumi.Input[str] | None,
        workspace_arn: pulumi.Input[str] | None,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name = name
        self._labels = labels("observability", COLLECTOR)
        self._selector = selector("observability", COLLECTOR)
        inside = self.child(namespace)
        metadata = meta.v1.ObjectMetaArgs(name=COLLECTOR, namespace=NAMESPACE, labels=self._labels)
        identity = aws_account(
            name,
            account=COLLECTOR,
            namespace=NAMESPACE,
            labels=self._labels,
            cluster=plan.cluster,
            policy=pulumi.Output.from_input(workspace_arn).apply(collector_policy),
            tags=tags,
            inside=inside,
            parent=self,
        )
        text = json.dumps(collector_config(plan), sort_keys=True)
        config = core.v1.ConfigMap(f"{name}-config", metadata=metadata, data={_CONFIG_FILE: text}, opts=inside)
        rights = self._rights() if plan.metrics else []
        self._deployment(plan, metadata, text, remote_write_url, [identity, config, *rights])
        self._service(metadata, inside)
        disruption_budget(
            f"{name}-budget",
            name=COLLECTOR,
            namespace=NAMESPACE,
            labels=self._labels,
            selector=self._selector,
            opts=inside,
        )

    def _rights(self) -> list[pulumi.Resource]:
        """To find the nodes, and to ask each kubelet for its counts and nothing else."""
        rules = [
            rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["nodes"], verbs=["get", "list", "watch"]),
            rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["nodes/metrics"], verbs=["get"]),
        ]
        return cluster_rights(
            self._name, account=COLLECTOR, namespace=NAMESPACE, labels=self._labels, rules=rules, parent=self
        )

    def _deployment(
        self,
        plan: ObservabilityPlan,
        metadata: meta.v1.ObjectMetaArgs,
        config: str,
        remote_write_url: pulumi.Input[str] | None,
        after: Sequence[pulumi.Resource],
    ) -> None:
        """Rolled by a change of its configuration, which it reads once."""
        annotations = {"naap.io/checksum": stamp(config, digits=16)}
        apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=metadata,
            spec=deployment_spec(
                replicas=plan.collectors,
                selector=self._selector,
                labels=self._labels,
                annotations=annotations,
                pod=core.v1.PodSpecArgs(
                    service_account_name=COLLECTOR,
                    automount_service_account_token=False,
                    enable_service_links=False,
                    priority_class_name=CORE,
                    security_context=pod_security(_USER),
                    topology_spread_constraints=spread(self._selector),
                    containers=[_container(remote_write_url, asks_api=plan.metrics)],
                    volumes=[
                        core.v1.VolumeArgs(name="config", config_map=core.v1.ConfigMapVolumeSourceArgs(name=COLLECTOR)),
                        memory_volume("scratch", 16),
                        *([api_token(_TOKEN)] if plan.metrics else []),
                    ],
                ),
            ),
            opts=self.child(*after),
        )

    def _service(self, metadata: meta.v1.ObjectMetaArgs, opts: pulumi.ResourceOptions) -> None:
        core.v1.Service(
            f"{self._name}-service",
            metadata=metadata,
            spec=core.v1.ServiceSpecArgs(
                selector=self._selector,
                ports=[
                    core.v1.ServicePortArgs(name="otlp-http", port=OTLP_PORT),
                    core.v1.ServicePortArgs(name="otlp-grpc", port=OTLP_GRPC_PORT, app_protocol="grpc"),
                ],
            ),
            opts=opts,
        )


def _container(remote_write_url: pulumi.Input[str] | None, *, asks_api: bool) -> core.v1.ContainerArgs:
    pod_name = core.v1.EnvVarSourceArgs(field_ref=core.v1.ObjectFieldSelectorArgs(field_path="metadata.name"))
    ready = core.v1.ProbeArgs(http_get=core.v1.HTTPGetActionArgs(path="/", port=HEALTH_PORT), period_seconds=10)
    # Not what readiness asks: a collector that can't hand on what it has is busy, and a restart would lose it.
    alive = core.v1.ProbeArgs(tcp_socket=core.v1.TCPSocketActionArgs(port=HEALTH_PORT), period_seconds=20)
    return core.v1.ContainerArgs(
        name=COLLECTOR,
        image=images.OTEL_COLLECTOR.reference,
        args=[f"--config={_CONFIG_FOLDER}/{_CONFIG_FILE}"],
        env=[
            core.v1.EnvVarArgs(name="POD_NAME", value_from=pod_name),
            core.v1.EnvVarArgs(name="GOMEMLIMIT", value=f"{SIZE.memory_mib * 4 // 5}MiB"),
            *([core.v1.EnvVarArgs(name="REMOTE_WRITE_URL", value=remote_write_url)] if remote_write_url else []),
        ],
        ports=[
            core.v1.ContainerPortArgs(name="otlp-http", container_port=OTLP_PORT),
            core.v1.ContainerPortArgs(name="otlp-grpc", container_port=OTLP_GRPC_PORT),
            core.v1.ContainerPortArgs(name="health", container_port=HEALTH_PORT),
        ],
        resources=resources(SIZE),
        security_context=container_security(),
        readiness_probe=ready,
        liveness_probe=alive,
        volume_mounts=[
            core.v1.VolumeMountArgs(name="config", mount_path=_CONFIG_FOLDER, read_only=True),
            core.v1.VolumeMountArgs(name="scratch", mount_path="/tmp"),  # noqa: S108  # a volume of the pod's own
            *([core.v1.VolumeMountArgs(name=_TOKEN, mount_path=TOKEN_FOLDER, read_only=True)] if asks_api else []),
        ],
    )
