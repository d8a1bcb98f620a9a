"""Values of Envoy Gateway's Helm chart: its controller, and the service that counts requests."""

from typing import Any

import pulumi

from components.shared.pods import spread
from planning.cluster.priority_classes import CORE
from planning.gateway.gateway import (
    CERTIFICATE_JOB,
    CPU_PERCENT,
    LIMIT_STORE_TIMEOUT_MS,
    LIMIT_TIMEOUT_MS,
    LIMITER_CONNECTION_SECONDS,
    LIMITER_MEMORY_BYTES,
    GatewayPlan,
)
from planning.inputs.tiers import PodRange
from planning.shared import images
from planning.shared.pods import PodSize
from planning.shared.ports import CACHE_PORT
from planning.shared.quantities import cpu, memory

KEY_PREFIX = "rl:"
LIMIT_STORE = "limit-store"
"""Secret with the user and password of the counters' cache, as `user:password`."""
LIMIT_STORE_KEY = "auth"


def chart_values(plan: GatewayPlan, limit_host: pulumi.Input[str]) -> dict[str, Any]:
    """The values. limit_host: of the cache that holds the counters."""
    controller = images.mirrored(images.ENVOY_GATEWAY.reference, plan.image_mirrors)
    limiter = images.mirrored(images.RATE_LIMIT.reference, plan.image_mirrors)
    return {
        "global": {
            "images": {
                "envoyGateway": {"image": controller, "pullPolicy": "IfNotPresent"},
                "ratelimit": {"image": limiter, "pullPolicy": "IfNotPresent"},
            }
        },
        "deployment": {
            "replicas": plan.controller_pods,
            "priorityClassName": CORE,
            "envoyGateway": {"resources": resources(plan.controller)},
            "pod": {"topologySpreadConstraints": spread({"control-plane": "envoy-gateway"})},
        },
        "podDisruptionBudget": {"minAvailable": 0, "maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
        # It only serves routing by zone between gateways, and needs a webhook on every pod that is bound to a node.
        "topologyInjector": {"enabled": False},
        "certgen": {"job": {"resources": resources(CERTIFICATE_JOB)}},
        "config": {"envoyGateway": _configuration(plan, limit_host)},
    }


def _configuration(plan: GatewayPlan, limit_host: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "gateway": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"},
        "logging": {"level": {"default": "info"}, "encoder": "JSON"},
        # Patches: error bodies. Backends: the collector of traces. Lua: the program that finds a request's user.
        "extensionApis": {"enableEnvoyPatchPolicy": True, "enableBackend": True, "enableLua": True},
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "rateLimitDeployment": _limiter(plan),
                **_limiter_autoscaler(plan.limiter_pods),
                "rateLimitPDB": {"maxUnavailable": 1},
            },
        },
        "rateLimit": {
            "backend": {
                "type": "Redis",
                "redis": {"url": pulumi.Output.from_input(limit_host).apply(lambda host: f"{host}:{CACHE_PORT}")},
            },
            "timeout": f"{LIMIT_TIMEOUT_MS}ms",
            "failClosed": plan.limiter_fails_closed,
        },
    }


def _limiter(plan: GatewayPlan) -> dict[str, Any]:
    """TLS by the variable: the chart's own switch mounts a client certificate, which this cache asks for none of."""
    secret = {"secretKeyRef": {"name": LIMIT_STORE, "key": LIMIT_STORE_KEY}}
    return {
        # With an autoscaler the chart leaves them to it.
        "replicas": plan.limiter_pods.min,
        "container": {
            "env": [
                {"name": "REDIS_TLS", "value": "true"},
                {"name": "REDIS_AUTH", "valueFrom": secret},
                {"name": "REDIS_TIMEOUT", "value": f"{LIMIT_STORE_TIMEOUT_MS}ms"},
                {"name": "CACHE_KEY_PREFIX", "value": KEY_PREFIX},
                {"name": "LOG_FORMAT", "value": "json"},
                {"name": "LOCAL_CACHE_SIZE_IN_BYTES", "value": str(LIMITER_MEMORY_BYTES)},
                {"name": "GRPC_MAX_CONNECTION_AGE", "value": f"{LIMITER_CONNECTION_SECONDS}s"},
            ],
            "resources": resources(plan.limiter),
        },
        "pod": {
            "priorityClassName": CORE,
            "topologySpreadConstraints": spread({"app.kubernetes.io/component": "ratelimit"}),
        },
    }


def _limiter_autoscaler(pods: PodRange) -> dict[str, Any]:
    """None where the pods are fixed."""
    if pods.max == pods.min:
        return {}
    return {"rateLimitHpa": {"minReplicas": pods.min, "maxReplicas": pods.max, "metrics": [cpu_target(CPU_PERCENT)]}}


def cpu_target(percent: int) -> dict[str, Any]:
    """A metric of an autoscaler. percent: of the request, on average over its pods."""
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def resources(size: PodSize) -> dict[str, Any]:
    """As charts have them; none of the gateway's has a limit of its CPU."""
    both = {"memory": memory(size.memory_mib)}
    return {"requests": {"cpu": cpu(size.cpu_m), **both}, "limits": both}
