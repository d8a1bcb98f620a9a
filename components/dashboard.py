"""A planned dashboard as the object that Grafana's collector takes up."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import core, meta

from planning.observability_policies import NAMESPACE
from planning.watch.dashboard import Dashboard

DASHBOARD_LABEL = "naap.io/dashboard"


def dashboard_object(
    resource_name: str, *, plan: Dashboard, labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> core.v1.ConfigMap:
    """In the namespace of the watch, whoever it belongs to: what takes it up may read no other."""
    return core.v1.ConfigMap(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(
            name=f"dashboard-{plan.name}", namespace=NAMESPACE, labels={**labels, DASHBOARD_LABEL: "1"}
        ),
        data={plan.file_name: plan.text()},
        opts=opts,
    )
