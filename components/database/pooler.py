"""The poolers of one shard in one region.

    Pooler(f"pooler-{region}-{plan.shard}", plan=plan, writer_host=database.writer_host, root_secret=root_secret,
           after=entrance.needed, opts=ResourceOptions(parent=region, provider=cluster.provider))

Handles: ca_pem (the authority that signs its certificate: what a plugin checks it against), deployment. Host and port
are planned (plan.host, plan.port). A plugin comes in by a PoolerEntry.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import apps, core, meta

from components.database.pooler_pod import METRICS_KEY, pooler_pod
from components.shared.component import Component
from components.shared.headless_service import headless_service
from components.shared.pods import deployment_spec, disruption_budget
from components.shared.root_secret import RootSecret
from planning.database.pooler import METRICS_PORT, NAMESPACE, PoolerPlan, metrics_service
from planning.database.pooler_config import (
    METRICS_USER,
    render_compose,
    render_main,
    render_metrics_url,
    render_platform_hba,
    render_userlist,
)
from planning.database.rds_authorities import rds_authorities
from planning.database.roles import POOLER_GENERATION, POOLER_OWNER, POOLER_ROLE
from planning.shared.derived_secrets import Purpose
from planning.shared.internal_ca import authority, server_certificate

_ROLL_OUT = pulumi.CustomTimeouts(create="10m", update="15m", delete="5m")


class Pooler(Component, token="naap:platform:Pooler"):
    """A Deployment of PgBouncer with its configuration, certificate, Service and disruption budget."""

    def __init__(
        self,
        name: str,
        *,
        plan: PoolerPlan,
        writer_host: pulumi.Input[str],
        root_secret: RootSecret,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan = plan
        inside = self.child(*after)
        config = core.v1.ConfigMap(
            f"{name}-config", metadata=self._metadata(), data=_files(plan, writer_host), opts=inside
        )
        secret = core.v1.Secret(
            f"{name}-secret",
            metadata=self._metadata(),
            type="Opaque",
            string_data=_secret_files(plan, root_secret),
            opts=inside,
        )
        self.ca_pem: pulumi.Output[str] = pulumi.Output.unsecret(
            root_secret.output.apply(lambda root: authority(root).certificate_pem)
        )
        service = core.v1.Service(
            f"{name}-service",
            metadata=self._metadata({"pulumi.com/skipAwait": "true"}),
            spec=core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=plan.selector,
                ports=[core.v1.ServicePortArgs(name="postgres", port=plan.port, target_port="postgres")],
            ),
            opts=inside,
        )
        self.deployment = self._deployment(name, [config, secret, service])
        self._by_size(name, inside)
        self.register_outputs({"host": plan.host})

    def _by_size(self, name: str, inside: pulumi.ResourceOptions) -> None:
        """What only some tiers have: metrics, and more than one pooler."""
        plan = self.plan
        if plan.metrics:
            headless_service(
                f"{name}-metrics",
                name=metrics_service(plan.shard),
                namespace=NAMESPACE,
                labels=plan.labels,
                selector=plan.selector,
                port=METRICS_PORT,
                opts=inside,
            )
        if plan.replicas > 1:
            disruption_budget(
                f"{name}-disruption",
                name=plan.name,
                namespace=NAMESPACE,
                labels=plan.labels,
                selector=plan.selector,
                opts=inside,
            )

    def _deployment(self, name: str, needed: Sequence[pulumi.Resource]) -> apps.v1.Deployment:
        plan = self.plan
        return apps.v1.Deployment(
            f"{name}-deployment",
            metadata=self._metadata(),
            # One at a time: the connections of a whole new set would break the database's budget.
            spec=deployment_spec(
                replicas=plan.replicas, selector=plan.selector, labels=plan.labels, pod=pooler_pod(plan)
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(needed), custom_timeouts=_ROLL_OUT),
        )

    def _metadata(self, annotations: Mapping[str, str] | None = None) -> meta.v1.ObjectMetaArgs:
        return meta.v1.ObjectMetaArgs(
            name=self.plan.name, namespace=NAMESPACE, labels=self.plan.labels, annotations=annotations
        )


def _files(plan: PoolerPlan, writer_host: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    return {
        "pgbouncer.ini": pulumi.Output.from_input(writer_host).apply(lambda host: render_main(writer_host=host)),
        "platform.hba": render_platform_hba(),
        "compose.sh": render_compose(),
        "database-ca.pem": rds_authorities(plan.database_regions),
    }


def _secret_files(plan: PoolerPlan, root_secret: RootSecret) -> dict[str, pulumi.Output[str]]:
    certificate = root_secret.output.apply(
        lambda root: server_certificate(root, owner=plan.name, names=plan.certificate_names)
    )
    lookup = root_secret.derive(owner=POOLER_OWNER, purpose=Purpose.POOLER_LOGIN, generation=POOLER_GENERATION)
    metrics = root_secret.derive(owner=POOLER_OWNER, purpose=Purpose.POOLER_METRICS)
    return {
        "tls.crt": certificate.apply(lambda found: found.certificate_pem),
        "tls.key": certificate.apply(lambda found: found.key_pem),
        "userlist.txt": pulumi.Output.all(lookup, metrics).apply(
            lambda found: render_userlist({POOLER_ROLE: found[0], METRICS_USER: found[1]})
        ),
        METRICS_KEY: metrics.apply(render_metrics_url),
    }
