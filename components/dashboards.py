"""Grafana, without a state of its own: every dashboard is a ConfigMap, taken up while it is there."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import apps, core, meta, rbac

from components.dashboard import dashboard_object
from components.deployment import deployment_spec
from components.grafana import dashboard_collector, grafana, volumes
from components.identity import PodIdentity
from components.pod_parts import pod_security
from components.signer import query_policy, query_url, signer
from planning.labels import labels, selector
from planning.observability import ObservabilityPlan
from planning.observability_policies import DASHBOARDS, NAMESPACE
from planning.watch.provisioning import FOLDER_FILE, SOURCES_FILE, folder, sources

_USER = 472
"""Of the image."""
_RBAC = "rbac.authorization.k8s.io"


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
        identity = PodIdentity(
            f"{name}-identity",
            cluster=plan.cluster,
            namespace=NAMESPACE,
            service_account=DASHBOARDS,
            policy=pulumi.Output.from_input(workspace_arn).apply(_policy),
            tags=tags,
            after=[account],
            opts=pulumi.ResourceOptions(parent=self),
        )
        stated = query_url(workspace_id).apply(lambda url: sources(url, plan.region))
        config = core.v1.ConfigMap(
            f"{name}-config",
            metadata=self._metadata,
            data={SOURCES_FILE: stated, FOLDER_FILE: folder()},
            opts=self._inside,
        )
        self._pods(plan, stated, [account, identity, config, *self._rights()])
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
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def _policy(workspace: str) -> str:
    """CloudWatch knows no resources of which to name one."""
    stated = json.loads(query_policy(workspace))
    read = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    stated["Statement"].append({"Effect": "Allow", "Action": read, "Resource": "*"})
    return json.dumps(stated)
