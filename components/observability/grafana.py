"""Grafana, without a state of its own: every dashboard is a ConfigMap, taken up while it is there."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes import apps, core, meta

from components.shared.component import Component
from components.shared.pods import (
    api_token,
    container_security,
    deployment_spec,
    memory_volume,
    pod_security,
    resources,
)
from components.shared.rbac import config_reader
from components.shared.service_account import aws_account
from components.shared.sidecars import config_collector, query_url, signer
from planning.observability.dashboards.dashboard import Dashboard
from planning.observability.dashboards.grafana import FOLDER, FOLDER_FILE, SOURCES_FILE, folder, sources
from planning.observability.network_policies import DASHBOARDS, NAMESPACE
from planning.observability.observability import ObservabilityPlan
from planning.observability.pods import GRAFANA
from planning.observability.roles import dashboards_policy
from planning.shared import images
from planning.shared.labels import labels, selector
from planning.shared.pods import TOKEN_FOLDER

_USER = 472
"""Of the image."""


class Dashboards(Component, token="naap:platform:Dashboards"):
    """The dashboards of a region. workspace_id, workspace_arn: of its Prometheus workspace."""

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        namespace: core.v1.Namespace,
        workspace_id: pulumi.Input[str],
        workspace_arn: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name = name
        self._labels = labels("observability", DASHBOARDS)
        self._inside = self.child(namespace)
        self._metadata = meta.v1.ObjectMetaArgs(name=DASHBOARDS, namespace=NAMESPACE, labels=self._labels)
        identity = aws_account(
            name,
            account=DASHBOARDS,
            namespace=NAMESPACE,
            labels=self._labels,
            cluster=plan.cluster,
            policy=pulumi.Output.from_input(workspace_arn).apply(dashboards_policy),
            tags=tags,
            inside=self._inside,
            parent=self,
        )
        # All dashboards are ConfigMaps of this namespace.
        reader = config_reader(name, account=DASHBOARDS, namespace=namespace, metadata=self._metadata, parent=self)
        stated = query_url(workspace_id).apply(lambda url: sources(url, plan.region))
        config = core.v1.ConfigMap(
            f"{name}-config",
            metadata=self._metadata,
            data={SOURCES_FILE: stated, FOLDER_FILE: folder()},
            opts=self._inside,
        )
        self._pods(plan, stated, [identity, config, *reader])
        for dashboard in plan.dashboards:
            dashboard_object(f"{name}-{dashboard.name}", plan=dashboard, labels=self._labels, opts=self._inside)

    def _pods(self, plan: ObservabilityPlan, stated: pulumi.Output[str], after: Sequence[pulumi.Resource]) -> None:
        chosen = selector("observability", DASHBOARDS)
        apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=self._metadata,
            spec=deployment_spec(
                replicas=1,
                recreate=True,
                selector=chosen,
                labels=self._labels,
                annotations={"naap.io/sources": stated},  # read once, at its start
                pod=core.v1.PodSpecArgs(
                    service_account_name=DASHBOARDS,
                    automount_service_account_token=False,
                    enable_service_links=False,
                    security_context=pod_security(_USER),
                    init_containers=[dashboard_collector("collect-first", "LIST")],
                    containers=[grafana(), dashboard_collector("collect", "WATCH"), signer(plan.region)],
                    volumes=volumes(),
                ),
            ),
            opts=self.child(*after),
        )


DASHBOARD_LABEL = "naap.io/dashboard"


def dashboard_object(
    resource_name: str, *, plan: Dashboard, labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> core.v1.ConfigMap:
    """In the namespace of observability, whoever it belongs to: Grafana's collector may read no other."""
    return core.v1.ConfigMap(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(
            name=f"dashboard-{plan.name}", namespace=NAMESPACE, labels={**labels, DASHBOARD_LABEL: "1"}
        ),
        data={plan.file_name: plan.text()},
        opts=opts,
    )


_PORT = 3000


_PROVISIONING = "/etc/grafana/provisioning"


_CONFIG, _DASHBOARDS, _STATE, _TOKEN = "config", "dashboards", "state", "token"


_SETTINGS = {
    # Whoever gets here has come through `kubectl port-forward`, and so has a right to the cluster: no second sign-in.
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
    "GF_AUTH_BASIC_ENABLED": "false",
    "GF_AUTH_DISABLE_LOGIN_FORM": "true",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
    "GF_SERVER_HTTP_ADDR": "127.0.0.1",
    "GF_SERVER_HTTP_PORT": str(_PORT),
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_LOG_MODE": "console",
    "GF_LOG_CONSOLE_FORMAT": "json",
    "GF_AWS_ALLOWED_AUTH_PROVIDERS": "default",
}


def volumes() -> list[core.v1.VolumeArgs]:
    """Its configuration, a ConfigMap of its own name; all that it writes is in memory."""
    return [
        core.v1.VolumeArgs(name=_CONFIG, config_map=core.v1.ConfigMapVolumeSourceArgs(name=DASHBOARDS)),
        memory_volume(_DASHBOARDS, 64),
        memory_volume(_STATE, 128),
        api_token(_TOKEN),
    ]


def grafana() -> core.v1.ContainerArgs:
    """It listens within the pod only; a probe from outside would not reach it, so it asks itself."""
    ask = ["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{_PORT}/api/health"]
    probe = core.v1.ProbeArgs(
        exec_=core.v1.ExecActionArgs(command=ask), period_seconds=15, timeout_seconds=5, failure_threshold=6
    )
    return core.v1.ContainerArgs(
        name=DASHBOARDS,
        image=images.GRAFANA.reference,
        env=[core.v1.EnvVarArgs(name=key, value=value) for key, value in _SETTINGS.items()],
        ports=[core.v1.ContainerPortArgs(name="http", container_port=_PORT)],
        resources=resources(GRAFANA),
        security_context=container_security(),
        readiness_probe=probe,
        liveness_probe=probe,
        volume_mounts=[
            _mount(_CONFIG, f"{_PROVISIONING}/datasources/{SOURCES_FILE}", sub_path=SOURCES_FILE),
            _mount(_CONFIG, f"{_PROVISIONING}/dashboards/{FOLDER_FILE}", sub_path=FOLDER_FILE),
            _mount(_DASHBOARDS, FOLDER),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/var/lib/grafana"),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/tmp", sub_path="tmp"),  # noqa: S108  # a mount of its own
        ],
    )


def dashboard_collector(name: str, method: Literal["LIST", "WATCH"]) -> core.v1.ContainerArgs:
    """Writes dashboards from ConfigMaps to files."""
    return config_collector(
        name,
        method=method,
        label=DASHBOARD_LABEL,
        folder=FOLDER,
        namespace=NAMESPACE,
        mounts=[
            core.v1.VolumeMountArgs(name=_DASHBOARDS, mount_path=FOLDER),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/tmp", sub_path="collector"),  # noqa: S108  # a mount of its own
            _mount(_TOKEN, TOKEN_FOLDER),
        ],
    )


def _mount(name: str, path: str, sub_path: str | None = None) -> core.v1.VolumeMountArgs:
    return core.v1.VolumeMountArgs(name=name, mount_path=path, sub_path=sub_path, read_only=True)
