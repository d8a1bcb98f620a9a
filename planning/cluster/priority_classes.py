"""Who keeps running when a cluster is full: the classes that pods name, the same in every cluster."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PriorityClassPlan:
    """One PriorityClass; a higher value may push out a lower one."""

    name: str
    value: int
    description: str


CORE = "naap-core"
PLUGIN = "naap-plugin"

PRIORITY_CLASSES: tuple[PriorityClassPlan, ...] = (
    PriorityClassPlan(
        name=CORE,
        value=1_000_000,
        description="What every plugin needs: core services, gateway, poolers.",
    ),
    PriorityClassPlan(name=PLUGIN, value=1_000, description="Plugins; above what names no class."),
)
"""Far below the system-* classes of Kubernetes (2,000,000,000), whose pods keep the nodes alive."""


def priority_class(*, core: bool) -> str:
    """The class of a registry entry's pods."""
    return CORE if core else PLUGIN
