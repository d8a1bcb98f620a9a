"""kube-state-metrics: counts pods that aren't ready, Jobs that failed, autoscalers at their maximum."""

import pulumi
from pulumi_kubernetes import apps, core, meta, rbac

from components.shared.component import Component
from components.shared.headless_service import headless_service
from components.shared.pods import container_security, deployment_spec, pod_security, resources
from components.shared.rbac import cluster_rights
from components.shared.service_account import service_account
from planning.cluster.priority_classes import CORE
from planning.observability.metrics.scraping import STATE_METRICS_PORT, STATE_METRICS_SERVICE
from planning.observability.metrics.series import KEPT, STATE_JOB
from planning.observability.network_policies import NAMESPACE, STATE_METRICS
from planning.observability.pods import STATE_METRICS as SIZE
from planning.shared import images
from planning.shared.labels import labels, selector

_OWN_PORT = 8081
_USER = 65534
"""Of the image."""

_READ = {
    "": ("configmaps", "nodes", "pods"),
    "apps": ("deployments",),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("jobs",),
}
"""What it reads, by API group. No Secrets: it could tell their age only by reading them."""


class StateMetrics(Component, token="naap:platform:StateMetrics"):
    """One pod: two would count everything twice. While it is replaced, what it counts is a minute old."""

    def __init__(
        self,
        name: str,
        *,
        namespace: core.v1.Namespace,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name = name
        self._labels = labels("observability", STATE_METRICS)
        self._selector = selector("observability", STATE_METRICS)
        inside = self.child(namespace)
        metadata = meta.v1.ObjectMetaArgs(name=STATE_METRICS, namespace=NAMESPACE, labels=self._labels)
        account = service_account(name, metadata, inside)
        rights = self._rights()
        apps.v1.Deployment(
            f"{name}-pods",
            metadata=metadata,
            spec=deployment_spec(replicas=1, recreate=True, selector=self._selector, labels=self._labels, pod=_pod()),
            opts=self.child(account, *rights),
        )
        headless_service(
            f"{name}-service",
            name=STATE_METRICS_SERVICE,
            namespace=NAMESPACE,
            labels=self._labels,
            selector=self._selector,
            port=STATE_METRICS_PORT,
            opts=inside,
        )

    def _rights(self) -> list[pulumi.Resource]:
        rules = [
            rbac.v1.PolicyRuleArgs(api_groups=[group], resources=list(kinds), verbs=["list", "watch"])
            for group, kinds in _READ.items()
        ]
        return cluster_rights(
            self._name, account=STATE_METRICS, namespace=NAMESPACE, labels=self._labels, rules=rules, parent=self
        )


def _pod() -> core.v1.PodSpecArgs:
    def probe(path: str, port: str) -> core.v1.ProbeArgs:
        return core.v1.ProbeArgs(
            http_get=core.v1.HTTPGetActionArgs(path=path, port=port),
            initial_delay_seconds=5,
            period_seconds=10,
            timeout_seconds=5,
        )

    return core.v1.PodSpecArgs(
        service_account_name=STATE_METRICS,
        # Its own API is Kubernetes': it lists what it counts.
        automount_service_account_token=True,
        enable_service_links=False,
        priority_class_name=CORE,
        security_context=pod_security(_USER),
        containers=[
            core.v1.ContainerArgs(
                name=STATE_METRICS,
                image=images.STATE_METRICS.reference,
                args=[
                    f"--resources={','.join(sorted(kind for kinds in _READ.values() for kind in kinds))}",
                    f"--metric-allowlist={','.join(KEPT[STATE_JOB])}",
                    f"--port={STATE_METRICS_PORT}",
                    f"--telemetry-port={_OWN_PORT}",
                ],
                ports=[
                    core.v1.ContainerPortArgs(name="metrics", container_port=STATE_METRICS_PORT),
                    core.v1.ContainerPortArgs(name="own", container_port=_OWN_PORT),
                ],
                resources=resources(SIZE),
                security_context=container_security(),
                readiness_probe=probe("/readyz", "own"),
                liveness_probe=probe("/livez", "metrics"),
            )
        ],
    )
