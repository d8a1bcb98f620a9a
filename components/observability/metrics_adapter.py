"""The external metrics API: answers autoscalers, each of which brings its own query."""

import base64
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import apiregistration, apps, core, meta, rbac

from components.shared.component import Component
from components.shared.pods import (
    container_security,
    deployment_spec,
    disruption_budget,
    memory_volume,
    pod_security,
    resources,
    spread,
)
from components.shared.rbac import cluster_rights
from components.shared.root_secret import RootSecret
from components.shared.service_account import aws_account
from components.shared.sidecars import query_url, signer
from planning.cluster.priority_classes import CORE
from planning.observability.network_policies import ADAPTER, NAMESPACE
from planning.observability.observability import ObservabilityPlan
from planning.observability.pods import METRICS_ADAPTER
from planning.observability.roles import query_policy
from planning.shared import images
from planning.shared.internal_ca import authority, server_certificate
from planning.shared.labels import labels, selector
from planning.shared.ports import ADAPTER_PORT

_SERVICE_PORT = 443
_CERTIFICATE = f"{ADAPTER}-tls"
_CERTIFICATE_FOLDER = "/var/run/adapter"
_USER = 65532
_RBAC = "rbac.authorization.k8s.io"


class MetricsAdapter(Component, token="naap:platform:MetricsAdapter"):
    """workspace_id, workspace_arn: of the Prometheus workspace that it asks, through a neighbour that signs."""

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        namespace: core.v1.Namespace,
        workspace_id: pulumi.Input[str],
        workspace_arn: pulumi.Input[str],
        root_secret: RootSecret,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name = name
        self._labels = labels("observability", ADAPTER)
        self._selector = selector("observability", ADAPTER)
        self._inside = self.child(namespace)
        self._metadata = meta.v1.ObjectMetaArgs(name=ADAPTER, namespace=NAMESPACE, labels=self._labels)
        identity = aws_account(
            name,
            account=ADAPTER,
            namespace=NAMESPACE,
            labels=self._labels,
            cluster=plan.cluster,
            policy=pulumi.Output.from_input(workspace_arn).apply(query_policy),
            tags=tags,
            inside=self._inside,
            parent=self,
        )
        rights = self._rights()
        pair = self._certificate(root_secret)
        pods = self._pods(plan, workspace_id, [identity, pair])
        self._budget()
        self._api(root_secret, [*rights, self._service(), pods])

    def _rights(self) -> list[pulumi.Resource]:
        """It reads autoscalers and tells what is wrong with them; the rest is what every extension of the API needs."""
        subject = rbac.v1.SubjectArgs(kind="ServiceAccount", name=ADAPTER, namespace=NAMESPACE)
        rules = [
            rbac.v1.PolicyRuleArgs(
                api_groups=["autoscaling"],
                resources=["horizontalpodautoscalers"],
                verbs=["get", "list", "watch"],
            ),
            rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["events"], verbs=["create", "patch"]),
        ]
        cluster_rights(self._name, account=ADAPTER, namespace=NAMESPACE, labels=self._labels, rules=rules, parent=self)
        delegator = rbac.v1.ClusterRoleBinding(
            f"{self._name}-delegator",
            metadata=meta.v1.ObjectMetaArgs(name=f"naap-{ADAPTER}-delegator", labels=self._labels),
            role_ref=rbac.v1.RoleRefArgs(api_group=_RBAC, kind="ClusterRole", name="system:auth-delegator"),
            subjects=[subject],
            opts=self.child(),
        )
        reader = rbac.v1.RoleBinding(
            f"{self._name}-reader",
            metadata=meta.v1.ObjectMetaArgs(
                name=f"naap-{ADAPTER}-reader", namespace="kube-system", labels=self._labels
            ),
            role_ref=rbac.v1.RoleRefArgs(
                api_group=_RBAC, kind="Role", name="extension-apiserver-authentication-reader"
            ),
            subjects=[subject],
            opts=self.child(),
        )
        return [delegator, reader]

    def _certificate(self, root_secret: RootSecret) -> core.v1.Secret:
        return core.v1.Secret(
            f"{self._name}-certificate",
            metadata=meta.v1.ObjectMetaArgs(name=_CERTIFICATE, namespace=NAMESPACE, labels=self._labels),
            type="kubernetes.io/tls",
            string_data=pulumi.Output.secret(root_secret.output.apply(_key_pair)),
            opts=self._inside,
        )

    def _pods(
        self, plan: ObservabilityPlan, workspace_id: pulumi.Input[str], after: list[pulumi.Resource]
    ) -> pulumi.Resource:
        return apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=self._metadata,
            spec=deployment_spec(
                replicas=plan.adapters,
                selector=self._selector,
                labels=self._labels,
                pod=core.v1.PodSpecArgs(
                    service_account_name=ADAPTER,
                    # Its own API is Kubernetes': it reads autoscalers.
                    automount_service_account_token=True,
                    enable_service_links=False,
                    priority_class_name=CORE,
                    security_context=pod_security(_USER),
                    topology_spread_constraints=spread(self._selector),
                    containers=[_adapter(workspace_id), signer(plan.region)],
                    volumes=[
                        core.v1.VolumeArgs(
                            name="certificate",
                            secret=core.v1.SecretVolumeSourceArgs(secret_name=_CERTIFICATE, default_mode=0o440),
                        ),
                        memory_volume("scratch", 16),
                    ],
                ),
            ),
            opts=self.child(*after),
        )

    def _budget(self) -> None:
        disruption_budget(
            f"{self._name}-budget",
            name=ADAPTER,
            namespace=NAMESPACE,
            labels=self._labels,
            selector=self._selector,
            opts=self._inside,
        )

    def _service(self) -> core.v1.Service:
        return core.v1.Service(
            f"{self._name}-service",
            metadata=self._metadata,
            spec=core.v1.ServiceSpecArgs(
                selector=self._selector,
                ports=[core.v1.ServicePortArgs(name="https", port=_SERVICE_PORT, target_port="https")],
            ),
            opts=self._inside,
        )

    def _api(self, root_secret: RootSecret, after: list[pulumi.Resource]) -> None:
        """There only while something answers: an API that does not keeps every namespace that is deleted from going."""
        bundle = root_secret.output.apply(lambda root: _encoded(authority(root).certificate_pem))
        apiregistration.v1.APIService(
            f"{self._name}-api",
            metadata=meta.v1.ObjectMetaArgs(name="v1beta1.external.metrics.k8s.io", labels=self._labels),
            spec=apiregistration.v1.APIServiceSpecArgs(
                group="external.metrics.k8s.io",
                version="v1beta1",
                group_priority_minimum=100,
                version_priority=100,
                # A certificate is public, though what signs it follows from the root secret.
                ca_bundle=pulumi.Output.unsecret(bundle),
                service=apiregistration.v1.ServiceReferenceArgs(name=ADAPTER, namespace=NAMESPACE, port=_SERVICE_PORT),
            ),
            opts=self.child(*after),
        )


def _adapter(workspace_id: pulumi.Input[str]) -> core.v1.ContainerArgs:
    probe = core.v1.ProbeArgs(tcp_socket=core.v1.TCPSocketActionArgs(port="https"), period_seconds=10)
    return core.v1.ContainerArgs(
        name="adapter",
        image=images.METRICS_ADAPTER.reference,
        args=[
            pulumi.Output.concat("--prometheus-server=", query_url(workspace_id)),
            f"--secure-port={ADAPTER_PORT}",
            f"--tls-cert-file={_CERTIFICATE_FOLDER}/tls.crt",
            f"--tls-private-key-file={_CERTIFICATE_FOLDER}/tls.key",
            "--enable-custom-metrics-api=false",
        ],
        ports=[core.v1.ContainerPortArgs(name="https", container_port=ADAPTER_PORT)],
        resources=resources(METRICS_ADAPTER),
        security_context=container_security(),
        readiness_probe=probe,
        liveness_probe=probe,
        volume_mounts=[
            core.v1.VolumeMountArgs(name="certificate", mount_path=_CERTIFICATE_FOLDER, read_only=True),
            core.v1.VolumeMountArgs(name="scratch", mount_path="/tmp"),  # noqa: S108  # a volume of the pod's own
        ],
    )


def _key_pair(root: str) -> dict[str, str]:
    names = (f"{ADAPTER}.{NAMESPACE}.svc", f"{ADAPTER}.{NAMESPACE}.svc.cluster.local")
    made = server_certificate(root, owner=ADAPTER, names=names)
    return {"tls.crt": made.certificate_pem, "tls.key": made.key_pem}


def _encoded(pem: str) -> str:
    return base64.b64encode(pem.encode()).decode()
