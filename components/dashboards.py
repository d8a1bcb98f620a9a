"""Grafana, without a state of its own: every dashboard is a ConfigMap, taken up while it is there."""

import json
from collections.abc import Mapping, Sequence

import pulumi
import yaml
from pulumi_kubernetes import apps, core, meta, rbac

from components.dashboard import DASHBOARD_LABEL, dashboard_object
from components.identity import PodIdentity
from components.pod_parts import api_token, container_security, memory_volume, pod_security, resources
from components.signer import query_policy, query_url, signer
from planning import images
from planning.labels import labels, selector
from planning.observability import ObservabilityPlan
from planning.observability_policies import DASHBOARDS, NAMESPACE
from planning.watch.dashboard import AWS, METRICS

_PORT = 3000
_USER = 472
"""Of the image."""
_RBAC = "rbac.authorization.k8s.io"
_PROVISIONING = "/etc/grafana/provisioning"
_FOLDER = "/var/lib/grafana/dashboards"
_TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  # a directory
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


class Dashboards(pulumi.ComponentResource):
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
        super().__init__("naap:platform:Dashboards", name, None, opts)
        self._name = name
        self._labels = labels("observability", DASHBOARDS)
        self._inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        self._metadata = meta.v1.ObjectMetaArgs(name=DASHBOARDS, namespace=NAMESPACE, labels=self._labels)
        account = core.v1.ServiceAccount(
            f"{name}-account", metadata=self._metadata, automount_service_account_token=False, opts=self._inside
        )
        PodIdentity(
            f"{name}-identity",
            cluster=plan.cluster,
            namespace=NAMESPACE,
            service_account=DASHBOARDS,
            policy=pulumi.Output.from_input(workspace_arn).apply(_policy),
            tags=tags,
            after=[account],
            opts=pulumi.ResourceOptions(parent=self),
        )
        sources = query_url(workspace_id).apply(lambda url: _sources(url, plan.region))
        config = core.v1.ConfigMap(
            f"{name}-config",
            metadata=self._metadata,
            data={"sources.yaml": sources, "folder.yaml": _folder()},
            opts=self._inside,
        )
        self._pods(plan, sources, [account, config, *self._rights()])
        for dashboard in plan.dashboards:
            dashboard_object(f"{name}-{dashboard.name}", plan=dashboard, labels=self._labels, opts=self._inside)
        self.register_outputs({})

    def _rights(self) -> list[pulumi.Resource]:
        """ConfigMaps of this namespace, where all dashboards are."""
        role = rbac.v1.Role(
            f"{self._name}-role",
            metadata=self._metadata,
            rules=[rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"])],
            opts=self._inside,
        )
        binding = rbac.v1.RoleBinding(
            f"{self._name}-binding",
            metadata=self._metadata,
            role_ref=rbac.v1.RoleRefArgs(api_group=_RBAC, kind="Role", name=DASHBOARDS),
            subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=DASHBOARDS, namespace=NAMESPACE)],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        return [role, binding]

    def _pods(self, plan: ObservabilityPlan, sources: pulumi.Output[str], after: Sequence[pulumi.Resource]) -> None:
        chosen = selector("observability", DASHBOARDS)
        apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=self._metadata,
            spec=apps.v1.DeploymentSpecArgs(
                replicas=1,
                revision_history_limit=3,
                strategy=apps.v1.DeploymentStrategyArgs(type="Recreate"),
                selector=meta.v1.LabelSelectorArgs(match_labels=chosen),
                template=core.v1.PodTemplateSpecArgs(
                    # Read once, at its start.
                    metadata=meta.v1.ObjectMetaArgs(labels=self._labels, annotations={"naap.io/sources": sources}),
                    spec=core.v1.PodSpecArgs(
                        service_account_name=DASHBOARDS,
                        automount_service_account_token=False,
                        enable_service_links=False,
                        security_context=pod_security(_USER),
                        init_containers=[_collector("collect-first", "LIST")],
                        containers=[_grafana(), _collector("collect", "WATCH"), signer(plan.region)],
                        volumes=[
                            core.v1.VolumeArgs(
                                name=_CONFIG, config_map=core.v1.ConfigMapVolumeSourceArgs(name=DASHBOARDS)
                            ),
                            memory_volume(_DASHBOARDS, 64),
                            memory_volume(_STATE, 128),
                            api_token(_TOKEN),
                        ],
                    ),
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def _grafana() -> core.v1.ContainerArgs:
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
        resources=resources(cpu_m=50, cpu_limit_m=1000, memory_mib=512),
        security_context=container_security(),
        readiness_probe=probe,
        liveness_probe=probe,
        volume_mounts=[
            _mount(_CONFIG, f"{_PROVISIONING}/datasources/sources.yaml", sub_path="sources.yaml"),
            _mount(_CONFIG, f"{_PROVISIONING}/dashboards/folder.yaml", sub_path="folder.yaml"),
            _mount(_DASHBOARDS, _FOLDER),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/var/lib/grafana"),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/tmp", sub_path="tmp"),  # noqa: S108  # a mount of its own
        ],
    )


def _collector(name: str, method: str) -> core.v1.ContainerArgs:
    settings = {
        "LABEL": DASHBOARD_LABEL,
        "FOLDER": _FOLDER,
        "RESOURCE": "configmap",
        "NAMESPACE": NAMESPACE,
        "METHOD": method,
    }
    return core.v1.ContainerArgs(
        name=name,
        image=images.CONFIG_COLLECTOR.reference,
        env=[core.v1.EnvVarArgs(name=key, value=value) for key, value in settings.items()],
        resources=resources(cpu_m=10, cpu_limit_m=200, memory_mib=128),
        security_context=container_security(),
        volume_mounts=[
            core.v1.VolumeMountArgs(name=_DASHBOARDS, mount_path=_FOLDER),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/tmp", sub_path="collector"),  # noqa: S108  # a mount of its own
            _mount(_TOKEN, _TOKEN_FOLDER),
        ],
    )


def _mount(name: str, path: str, sub_path: str | None = None) -> core.v1.VolumeMountArgs:
    return core.v1.VolumeMountArgs(name=name, mount_path=path, sub_path=sub_path, read_only=True)


def _sources(url: str, region: str) -> str:
    """Series through the signer; CloudWatch by the pod's own role."""
    stated = [
        {"name": "Metrics", **METRICS, "access": "proxy", "url": url, "isDefault": True, "editable": False},
        {
            "name": "AWS",
            **AWS,
            "access": "proxy",
            "editable": False,
            "jsonData": {"authType": "default", "defaultRegion": region},
        },
    ]
    return yaml.safe_dump({"apiVersion": 1, "datasources": stated}, sort_keys=False)


def _folder() -> str:
    provider = {
        "name": "naap",
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": _FOLDER},
    }
    return yaml.safe_dump({"apiVersion": 1, "providers": [provider]}, sort_keys=False)


def _policy(workspace: str) -> str:
    """CloudWatch knows no resources of which to name one."""
    stated = json.loads(query_policy(workspace))
    read = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    stated["Statement"].append({"Effect": "Allow", "Action": read, "Resource": "*"})
    return json.dumps(stated)
