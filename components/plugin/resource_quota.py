"""ResourceQuota and LimitRange: what a namespace may hold, and what a container gets that asks for nothing."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import core, meta

from planning.plugin.resource_quota import ResourceQuotaPlan

_NAME = "plugin"


def limits(
    resource_name: str,
    *,
    plan: ResourceQuotaPlan,
    namespace: str,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """The ResourceQuota and the LimitRange of a namespace."""
    metadata = meta.v1.ObjectMetaArgs(name=_NAME, namespace=namespace, labels=labels)
    container = core.v1.LimitRangeItemArgs(
        type="Container", default=plan.default, default_request=plan.default_request, max=plan.most
    )
    return [
        core.v1.ResourceQuota(
            f"{resource_name}-quota",
            metadata=metadata,
            spec=core.v1.ResourceQuotaSpecArgs(hard=plan.hard),
            opts=opts,
        ),
        core.v1.LimitRange(
            f"{resource_name}-limits", metadata=metadata, spec=core.v1.LimitRangeSpecArgs(limits=[container]), opts=opts
        ),
    ]
