"""A plugin in one region: everything that belongs to it, and nothing that belongs to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes import core, meta

from components.autoscaling import autoscaler, disruption_budget
from components.identity import PodIdentity
from components.namespace import restricted_namespace
from components.network_policy import network_policy
from components.plugin_secrets import checksum, secret_values
from components.secrets import RootSecret
from components.uploads_policy import uploads_policy
from components.workload import CA_KEY, MANIFEST_KEY, deployment
from planning.plugin import BackendPlan, PluginPlan
from planning.quota import QuotaPlan
from planning.tags import Tags
from planning.workload import WorkloadPlan

ROLL_OUT = pulumi.CustomTimeouts(create="10m", update="20m", delete="10m")
"""Fifty pods, a tenth at a time, each at its start-up."""


@dataclass(frozen=True, kw_only=True)
class PluginSurroundings:
    """What a region gives to each of its plugins. cluster: name of the EKS cluster."""

    cluster: str
    secrets: RootSecret
    configured: Mapping[str, Mapping[str, pulumi.Output[str]]]
    cache_host: pulumi.Output[str]
    cluster_cache_host: pulumi.Output[str] | None
    ca_pem: pulumi.Output[str]
    uploads_bucket: pulumi.Input[str]
    uploads_arn: pulumi.Input[str]
    uploads_key_arn: pulumi.Input[str]
    tags: Tags


class Plugin(pulumi.ComponentResource):
    """One entry of the registry in one region. namespace: None for a plugin that is a bundle only."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginPlan,
        surroundings: PluginSurroundings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:Plugin", name, None, opts)
        self.plan = plan
        self.namespace: core.v1.Namespace | None = None
        self.name = name
        self._around = surroundings
        if plan.backend:
            self._build(plan.backend)
        self.register_outputs({})

    def _build(self, backend: BackendPlan) -> None:
        plan = self.plan
        self.namespace = restricted_namespace(
            f"{self.name}-namespace", name=plan.namespace, labels=plan.labels, opts=self._after()
        )
        guards = [
            *self._limits(backend.quota),
            *(
                network_policy(
                    f"{self.name}-{policy.name}", plan=policy, labels=plan.labels, opts=self._after(self.namespace)
                )
                for policy in backend.isolation.own
            ),
        ]
        if plan.serves:
            self._serve(backend, guards)

    def _serve(self, backend: BackendPlan, guards: Sequence[pulumi.Resource]) -> None:
        values = self._secret_values(backend)
        config = self._config(backend)
        needed = [*guards, *self._identity(backend), *self._configuration(config, values)]
        stamp = checksum(plugin=self.plan.name, secrets=self._around.secrets, values={**config, **values})
        for workload in backend.workloads:
            self._run(backend, workload, stamp, has_secrets=bool(values), needed=needed)
        serving = backend.workloads[0]
        self._service(serving)

    def _run(
        self,
        backend: BackendPlan,
        workload: WorkloadPlan,
        stamp: pulumi.Output[str],
        *,
        has_secrets: bool,
        needed: Sequence[pulumi.Resource],
    ) -> None:
        name, plan = self.name, self.plan
        suffix = "deployment" if workload.serves else "cron-deployment"
        built = deployment(
            f"{name}-{suffix}",
            plan=workload,
            namespace=plan.namespace,
            environment={**backend.environment.plain, **self._uploads(backend)},
            has_secrets=has_secrets,
            has_ca=backend.environment.database is not None,
            checksum=stamp,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(needed), custom_timeouts=ROLL_OUT),
        )
        if not workload.serves:
            return
        if backend.autoscaling:
            autoscaler(
                f"{name}-autoscaler",
                plan=backend.autoscaling,
                name=workload.name,
                namespace=plan.namespace,
                labels=plan.labels,
                opts=self._after(built),
            )
        disruption_budget(
            f"{name}-disruption",
            name=workload.name,
            namespace=plan.namespace,
            labels=plan.labels,
            selector=workload.selector,
            opts=self._after(self.namespace),
        )

    def _service(self, workload: WorkloadPlan) -> core.v1.Service:
        return core.v1.Service(
            f"{self.name}-service",
            metadata=meta.v1.ObjectMetaArgs(
                name=self.plan.name,
                namespace=self.plan.namespace,
                labels=self.plan.labels,
                # Nothing waits for endpoints: the Deployment has been awaited by its own pods.
                annotations={"pulumi.com/skipAwait": "true"},
            ),
            spec=core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=workload.selector,
                ports=[core.v1.ServicePortArgs(name="http", port=80, target_port="http")],
            ),
            opts=self._after(self.namespace),
        )

    def _limits(self, plan: QuotaPlan) -> list[pulumi.Resource]:
        metadata = self._metadata("plugin")
        limits = core.v1.LimitRangeItemArgs(
            type="Container", default=plan.default, default_request=plan.default_request, max=plan.most
        )
        return [
            core.v1.ResourceQuota(
                f"{self.name}-quota",
                metadata=metadata,
                spec=core.v1.ResourceQuotaSpecArgs(hard=plan.hard),
                opts=self._after(self.namespace),
            ),
            core.v1.LimitRange(
                f"{self.name}-limits",
                metadata=metadata,
                spec=core.v1.LimitRangeSpecArgs(limits=[limits]),
                opts=self._after(self.namespace),
            ),
        ]

    def _identity(self, backend: BackendPlan) -> list[pulumi.Resource]:
        account = core.v1.ServiceAccount(
            f"{self.name}-account",
            metadata=self._metadata(self.plan.name),
            automount_service_account_token=False,
            opts=self._after(self.namespace),
        )
        identity = PodIdentity(
            f"{self.name}-identity",
            cluster=self._around.cluster,
            namespace=self.plan.namespace,
            service_account=self.plan.name,
            policy=uploads_policy(
                bucket_arn=self._around.uploads_arn,
                key_arn=self._around.uploads_key_arn,
                prefix=backend.uploads_prefix,
            ),
            tags=self._around.tags.of("plugin", plugin=self.plan.name),
            after=[account],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [account, identity]

    def _uploads(self, backend: BackendPlan) -> dict[str, pulumi.Input[str]]:
        return {"UPLOADS_BUCKET": self._around.uploads_bucket, "UPLOADS_PREFIX": backend.uploads_prefix}

    def _config(self, backend: BackendPlan) -> dict[str, pulumi.Input[str]]:
        found: dict[str, pulumi.Input[str]] = {MANIFEST_KEY: backend.manifest}
        if backend.environment.database:
            found[CA_KEY] = self._around.ca_pem
        return found

    def _secret_values(self, backend: BackendPlan) -> dict[str, pulumi.Output[str]]:
        access = backend.environment.cache
        clustered = access is not None and access.cluster_mode and self._around.cluster_cache_host is not None
        return secret_values(
            backend.environment,
            plugin=self.plan.name,
            secrets=self._around.secrets,
            configured=self._around.configured.get(self.plan.name, {}),
            cache_host=self._around.cluster_cache_host if clustered else self._around.cache_host,
        )

    def _configuration(
        self, config: Mapping[str, pulumi.Input[str]], values: Mapping[str, pulumi.Output[str]]
    ) -> list[pulumi.Resource]:
        made: list[pulumi.Resource] = [
            core.v1.ConfigMap(
                f"{self.name}-config",
                metadata=self._metadata(self.plan.name),
                data=config,
                opts=self._after(self.namespace),
            )
        ]
        if values:
            secret = core.v1.Secret(
                f"{self.name}-secret",
                metadata=self._metadata(self.plan.name),
                type="Opaque",
                string_data=values,
                opts=self._after(self.namespace),
            )
            made.append(secret)
        return made

    def _metadata(self, name: str) -> meta.v1.ObjectMetaArgs:
        return meta.v1.ObjectMetaArgs(name=name, namespace=self.plan.namespace, labels=self.plan.labels)

    def _after(self, *needed: pulumi.Resource | None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[resource for resource in needed if resource])
