"""Images of a cluster's pods, pulled from a mirror."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import apps, batch, core

from planning.shared.images import mirrored


def through_mirrors(mirrors: Mapping[str, str]) -> pulumi.ResourceTransformation:
    """A transformation that names the mirror in every container of every Deployment and Job below its resource."""

    def transform(args: pulumi.ResourceTransformationArgs) -> None:
        spec = args.props.get("spec")
        if isinstance(spec, apps.v1.DeploymentSpecArgs | batch.v1.JobSpecArgs):
            for container in _containers(spec):
                if isinstance(container.image, str):
                    container.image = mirrored(container.image, mirrors)

    return transform


def _containers(spec: apps.v1.DeploymentSpecArgs | batch.v1.JobSpecArgs) -> list[core.v1.ContainerArgs]:
    template = spec.template
    pod = template.spec if isinstance(template, core.v1.PodTemplateSpecArgs) else None
    if not isinstance(pod, core.v1.PodSpecArgs):
        return []
    lists = [found for found in (pod.init_containers, pod.containers) if isinstance(found, list)]
    return [container for found in lists for container in found if isinstance(container, core.v1.ContainerArgs)]
