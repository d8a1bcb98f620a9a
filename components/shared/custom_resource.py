"""Custom resources, which have no class of their own in the SDK."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions, meta

ENVOY_GROUP = "gateway.envoyproxy.io"
ENVOY = f"{ENVOY_GROUP}/v1alpha1"
GATEWAY_GROUP = "gateway.networking.k8s.io"
GATEWAY = f"{GATEWAY_GROUP}/v1"
AUTO_MODE = "eks.amazonaws.com/v1"


def custom(
    resource_name: str,
    *,
    api_version: str,
    kind: str,
    name: str,
    labels: Mapping[str, str],
    spec: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    namespace: str | None = None,
    annotations: Mapping[str, str] | None = None,
) -> apiextensions.CustomResource:
    """An object of a kind that the cluster learnt from a definition. namespace: None for kinds of the whole cluster."""
    return apiextensions.CustomResource(
        resource_name,
        api_version=api_version,
        kind=kind,
        metadata=meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels, annotations=annotations),
        spec=dict(spec),
        opts=opts,
    )
