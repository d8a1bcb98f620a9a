"""A namespace in which only hardened pods are admitted."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import core, meta

_POD_SECURITY = {
    f"pod-security.kubernetes.io/{mode}{suffix}": value
    for mode in ("enforce", "audit", "warn")
    for suffix, value in (("", "restricted"), ("-version", "latest"))
}


def restricted_namespace(
    resource_name: str, *, name: str, labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> core.v1.Namespace:
    """A Namespace that enforces the Pod Security standard `restricted`."""
    return core.v1.Namespace(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(name=name, labels={**labels, **_POD_SECURITY}),
        opts=opts,
    )
