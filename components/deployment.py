"""How the platform's own pods are deployed; plugins' pods have their own terms (workload.py)."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import apps, core, meta


def deployment_spec(
    *,
    replicas: int,
    selector: Mapping[str, str],
    labels: Mapping[str, str],
    pod: core.v1.PodSpecArgs,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
    recreate: bool = False,
) -> apps.v1.DeploymentSpecArgs:
    """Never fewer pods than replicas, and one more while they are rolled. recreate: the only one, replaced in place.

    annotations: of the pods, so that a change of what they read once rolls them.
    """
    one_by_one = apps.v1.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=1)
    return apps.v1.DeploymentSpecArgs(
        replicas=replicas,
        revision_history_limit=3,
        strategy=apps.v1.DeploymentStrategyArgs(type="Recreate")
        if recreate
        else apps.v1.DeploymentStrategyArgs(type="RollingUpdate", rolling_update=one_by_one),
        selector=meta.v1.LabelSelectorArgs(match_labels=selector),
        template=core.v1.PodTemplateSpecArgs(
            metadata=meta.v1.ObjectMetaArgs(labels=labels, annotations=annotations), spec=pod
        ),
    )
