"""A headless Service: a name for the addresses of pods that are scraped one by one."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import core, meta


def headless_service(
    resource_name: str,
    *,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    port: int,
    opts: pulumi.ResourceOptions,
) -> core.v1.Service:
    """Pods that aren't ready are in it too: they are those to look at."""
    return core.v1.Service(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(
            name=name, namespace=namespace, labels=labels, annotations={"pulumi.com/skipAwait": "true"}
        ),
        spec=core.v1.ServiceSpecArgs(
            cluster_ip="None",
            publish_not_ready_addresses=True,
            selector=selector,
            ports=[core.v1.ServicePortArgs(name="metrics", port=port)],
        ),
        opts=opts,
    )
