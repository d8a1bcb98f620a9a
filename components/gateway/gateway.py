"""The API gateway of a region: Envoy Gateway, its proxies, the counting service, and the way in from the balancer."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import core, helm, meta

from components.gateway.envoy import (
    CERTIFICATE,
    LIMITERS,
    PROXIES,
    TRACES,
    clients,
    listener,
    pods,
    proxy,
)
from components.gateway.helm_values import LIMIT_STORE, LIMIT_STORE_KEY, chart_values
from components.gateway.rate_limits import rate_limits
from components.gateway.xds_patches import connections, sign_in_program, sign_in_service, virtual_hosts
from components.shared.component import Component
from components.shared.custom_resource import AUTO_MODE, ENVOY, GATEWAY, custom
from components.shared.headless_service import headless_service
from components.shared.namespace import restricted_namespace
from components.shared.network_policy import network_policy
from components.shared.root_secret import RootSecret
from planning.data.caches import LIMITER
from planning.gateway.gateway import (
    CHART,
    CHART_VERSION,
    LIMITER_METRICS_SERVICE,
    LISTENER,
    LISTENER_PORT,
    METRICS_PORT,
    METRICS_SERVICE,
    NAMESPACE,
    SERVICE,
    GatewayPlan,
)
from planning.gateway.gateway import GATEWAY as GATEWAY_NAME
from planning.gateway.internal_listener import LISTENER as INTERNAL
from planning.gateway.sign_in import CLUSTER as SIGN_IN
from planning.observability.network_policies import COLLECTOR
from planning.observability.network_policies import NAMESPACE as OBSERVABILITY_NAMESPACE
from planning.shared.derived_secrets import Purpose
from planning.shared.images import mirrored
from planning.shared.internal_ca import server_certificate
from planning.shared.labels import labels
from planning.shared.ports import OTLP_GRPC_PORT

_READINESS_GATE = {"eks.amazonaws.com/pod-readiness-gate-inject": "enabled"}
"""A new proxy counts as ready once the load balancer finds it healthy, so that a rollout never outruns it."""

_INSTALL_SECONDS = 600


class Gateway(Component, token="naap:platform:Gateway"):
    """Everything before the plugins' own routes.

    target_group_arn: of the load balancer, bound to the proxies' pods. limit_host: of the cache with the counters.
    Handles: ready (what was made last: a route waits for it, and by it for everything that it waited for).
    """

    def __init__(
        self,
        name: str,
        *,
        plan: GatewayPlan,
        target_group_arn: pulumi.Input[str],
        limit_host: pulumi.Input[str],
        root_secret: RootSecret,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name = name
        self._labels = labels("gateway", GATEWAY_NAME)
        namespace = restricted_namespace(
            f"{name}-namespace",
            name=NAMESPACE,
            labels={**self._labels, **_READINESS_GATE},
            opts=self.child(),
        )
        self._namespace = namespace
        before: list[pulumi.Resource] = [namespace, *self._policies(plan, namespace), *self._secrets(plan, root_secret)]
        release = self._release(plan, limit_host, before)
        self.ready = self._objects(plan, release)
        self._add(
            "targets",
            (AUTO_MODE, "TargetGroupBinding"),
            SERVICE,
            {
                "serviceRef": {"name": SERVICE, "port": LISTENER_PORT},
                "targetGroupARN": target_group_arn,
                "targetType": "ip",
            },
            [namespace],
        )
        self._metrics()

    def _metrics(self) -> None:
        """Names for the addresses of those that have series. They select what the controller makes later: nothing to
        wait for."""
        for suffix, name, selector in (
            ("metrics", METRICS_SERVICE, PROXIES),
            ("limiter-metrics", LIMITER_METRICS_SERVICE, LIMITERS),
        ):
            headless_service(
                f"{self._name}-{suffix}",
                name=name,
                namespace=NAMESPACE,
                labels=self._labels,
                selector=selector,
                port=METRICS_PORT,
                opts=self.child(self._namespace),
            )

    def _policies(self, plan: GatewayPlan, namespace: core.v1.Namespace) -> list[pulumi.Resource]:
        return [
            network_policy(
                f"{self._name}-{policy.name}",
                plan=policy,
                labels=self._labels,
                opts=self.child(namespace),
            )
            for policy in plan.policies
        ]

    def _secrets(self, plan: GatewayPlan, root_secret: RootSecret) -> list[pulumi.Resource]:
        pair = root_secret.output.apply(lambda root: _key_pair(root, plan.certificate_names))
        limiter = root_secret.derive(owner=LIMITER, purpose=Purpose.CACHE_USER)
        return [
            self._secret(CERTIFICATE, "kubernetes.io/tls", pulumi.Output.secret(pair)),
            self._secret(
                LIMIT_STORE, "Opaque", {LIMIT_STORE_KEY: limiter.apply(lambda password: f"{LIMITER}:{password}")}
            ),
        ]

    def _secret(self, secret_name: str, kind: str, data: pulumi.Input[Mapping[str, Any]]) -> core.v1.Secret:
        return core.v1.Secret(
            f"{self._name}-{secret_name}",
            metadata=meta.v1.ObjectMetaArgs(name=secret_name, namespace=NAMESPACE, labels=self._labels),
            type=kind,
            string_data=data,
            opts=self.child(self._namespace),
        )

    def _release(
        self, plan: GatewayPlan, limit_host: pulumi.Input[str], before: list[pulumi.Resource]
    ) -> helm.v3.Release:
        return helm.v3.Release(
            f"{self._name}-release",
            name="envoy-gateway",
            chart=mirrored(CHART, plan.image_mirrors),
            version=CHART_VERSION,
            namespace=NAMESPACE,
            values=chart_values(plan, limit_host),
            timeout=_INSTALL_SECONDS,
            # One that fails is rolled back: a release that stays failed or pending refuses every later update.
            atomic=True,
            cleanup_on_fail=True,
            max_history=5,
            opts=self.child(*before),
        )

    def _objects(self, plan: GatewayPlan, release: helm.v3.Release) -> list[pulumi.Resource]:
        """Kinds that the release's definitions bring."""
        after: list[pulumi.Resource] = [release]
        if plan.tracing:
            host = f"{COLLECTOR}.{OBSERVABILITY_NAMESPACE}.svc.cluster.local"
            endpoints = [{"fqdn": {"hostname": host, "port": OTLP_GRPC_PORT}}]
            spec = {"type": "Endpoints", "endpoints": endpoints}
            # Before the proxies that name it: the controller refuses them without it, and the Gateway with them.
            after = [release, self._add("traces", (ENVOY, "Backend"), TRACES, spec, after)]
        proxies = self._add("proxies", (ENVOY, "EnvoyProxy"), GATEWAY_NAME, proxy(plan), after)
        parameters = {
            "group": "gateway.envoyproxy.io",
            "kind": "EnvoyProxy",
            "name": GATEWAY_NAME,
            "namespace": NAMESPACE,
        }
        gateway_class = custom(
            f"{self._name}-class",
            api_version=GATEWAY,
            kind="GatewayClass",
            name=GATEWAY_NAME,
            labels=self._labels,
            spec={"controllerName": "gateway.envoyproxy.io/gatewayclass-controller", "parametersRef": parameters},
            opts=self.child(proxies),
        )
        gateway = self._add("listener", (GATEWAY, "Gateway"), GATEWAY_NAME, listener(), [gateway_class])
        return [
            self._add("clients", (ENVOY, "ClientTrafficPolicy"), GATEWAY_NAME, clients(plan), [gateway]),
            self._add("pods", (ENVOY, "ClientTrafficPolicy"), INTERNAL, pods(), [gateway]),
            self._add("sign-in", (ENVOY, "EnvoyExtensionPolicy"), SIGN_IN, sign_in_program(plan.sign_in), [gateway]),
            self._add(
                "sign-in-service", (ENVOY, "EnvoyPatchPolicy"), SIGN_IN, sign_in_service(plan.sign_in), [gateway]
            ),
            self._add("errors", (ENVOY, "EnvoyPatchPolicy"), "json-errors", connections(plan), [gateway]),
            self._add("virtual-hosts", (ENVOY, "EnvoyPatchPolicy"), "virtual-hosts", virtual_hosts(), [gateway]),
            *(
                self._add(name, (ENVOY, "BackendTrafficPolicy"), name, rate_limits(listener_name, pairs), [gateway])
                for name, listener_name, pairs in (
                    ("limits", LISTENER, plan.limits),
                    ("internal-limits", INTERNAL, plan.internal_limits),
                )
            ),
        ]

    def _add(
        self,
        suffix: str,
        kind: tuple[str, str],
        name: str,
        spec: Mapping[str, Any],
        after: list[pulumi.Resource],
    ) -> pulumi.Resource:
        """kind: with its API version first."""
        return custom(
            f"{self._name}-{suffix}",
            api_version=kind[0],
            kind=kind[1],
            name=name,
            namespace=NAMESPACE,
            labels=self._labels,
            spec=spec,
            opts=self.child(*after),
        )


def _key_pair(root: str, names: tuple[str, ...]) -> dict[str, str]:
    made = server_certificate(root, owner="gateway", names=names)
    return {"tls.crt": made.certificate_pem, "tls.key": made.key_pem}
