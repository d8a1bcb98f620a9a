"""The priority classes that pods of the platform name; one set a cluster."""

import pulumi
from pulumi_kubernetes import meta, scheduling

from components.shared.component import Component
from planning.cluster.priority_classes import PRIORITY_CLASSES
from planning.shared.labels import labels


class PriorityClasses(Component, token="naap:platform:PriorityClasses"):
    """Makes every class of planning.cluster.priority_classes; whatever names one depends on this."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for plan in PRIORITY_CLASSES:
            scheduling.v1.PriorityClass(
                f"{name}-{plan.name}",
                metadata=meta.v1.ObjectMetaArgs(name=plan.name, labels=labels("priority", plan.name)),
                value=plan.value,
                description=plan.description,
                opts=self.child(),
            )
