"""The priority classes that pods of the platform name; one set a cluster."""

import pulumi
from pulumi_kubernetes import meta, scheduling

from planning.cluster.priority_classes import PRIORITY_CLASSES
from planning.shared.labels import labels


class PriorityClasses(pulumi.ComponentResource):
    """Makes every class of planning.priority; whatever names one depends on this."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("naap:platform:PriorityClasses", name, None, opts)
        for plan in PRIORITY_CLASSES:
            scheduling.v1.PriorityClass(
                f"{name}-{plan.name}",
                metadata=meta.v1.ObjectMetaArgs(name=plan.name, labels=labels("priority", plan.name)),
                value=plan.value,
                description=plan.description,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
