"""Rules on the stack as a whole: what has to exist together, and what must not be shared."""

from collections.abc import Iterable

from policies.kubernetes_objects import by_place, of_plugins, place
from policies.properties import get, stated
from policies.rule import Environment, Resource, Stack, stack_rule

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
STATEFUL = (
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
    "aws:secretsmanager/secret:Secret",
    "aws:amp/workspace:Workspace",
)
GROUND = ("aws:eks/cluster:Cluster", "aws:ec2/vpc:Vpc", "aws:cloudfront/distribution:Distribution")
"""On which all else stands."""
Findings = Iterable[tuple[Resource | None, str]]


@stack_rule("stack-autoscaled")
def _autoscaled(stack: Stack, _: Environment) -> Findings:
    scaled = {(place(item), get(item.props, "spec.scaleTargetRef.name")) for item in stack.of(AUTOSCALER)}
    deployed = {(place(item), get(item.props, "metadata.name", item.name)) for item in stack.of(DEPLOYMENT)}
    for deployment in of_plugins(stack, DEPLOYMENT):
        key = (place(deployment), get(deployment.props, "metadata.name", deployment.name))
        alone = get(deployment.props, "spec.replicas")
        if key in scaled and alone is not None:
            yield deployment, "states replicas under an autoscaler: every update would undo its work"
        if key not in scaled and alone != 1:
            yield deployment, "has neither an autoscaler nor exactly one replica"
    for autoscaler in stack.of(AUTOSCALER):
        if (place(autoscaler), get(autoscaler.props, "spec.scaleTargetRef.name")) not in deployed:
            yield autoscaler, "scales a Deployment that isn't there"


@stack_rule("stack-disruption-budget")
def _budgeted(stack: Stack, _: Environment) -> Findings:
    budgets = by_place(stack.of(BUDGET))
    used: set[str] = set()
    for deployment in stack.of(DEPLOYMENT):
        labels = get(deployment.props, "spec.template.metadata.labels", {})
        covering = [
            budget
            for budget in budgets[place(deployment)]
            if (selected := get(budget.props, "spec.selector.matchLabels", {}).items()) and selected <= labels.items()
        ]
        used |= {budget.urn for budget in covering}
        alone = get(deployment.props, "spec.replicas") == 1  # one pod can't be kept up by a budget
        if len(covering) != 1 and not (alone and not covering):
            yield deployment, f"{len(covering)} disruption budgets cover its pods; it takes exactly one"
    for budget in stack.of(BUDGET):
        if budget.urn not in used:
            yield budget, "covers the pods of no Deployment: spec.selector"


@stack_rule("stack-drainable")
def _drainable(stack: Stack, _: Environment) -> Findings:
    least = {
        (place(item), get(item.props, "spec.scaleTargetRef.name")): get(item.props, "spec.minReplicas", 1)
        for item in stack.of(AUTOSCALER)
    }
    for deployment in stack.of(DEPLOYMENT):
        pods = least.get((place(deployment), get(deployment.props, "metadata.name", deployment.name)))
        for budget in stack.of(BUDGET):
            kept = get(budget.props, "spec.minAvailable")
            selected = get(budget.props, "spec.selector.matchLabels", {}).items()
            same = selected and selected <= get(deployment.props, "spec.template.metadata.labels", {}).items()
            if same and place(budget) == place(deployment) and isinstance(kept, int) and kept >= (pods or 1):
                yield budget, f"keeps {kept} pods of {deployment.name}, which may have no more: no node can be drained"


@stack_rule("stack-selectors")
def _selectors(stack: Stack, _: Environment) -> Findings:
    for deployment in stack.of(DEPLOYMENT):
        wanted = get(deployment.props, "spec.selector.matchLabels", {})
        if not wanted or not wanted.items() <= get(deployment.props, "spec.template.metadata.labels", {}).items():
            yield deployment, "its selector doesn't pick out its own pods"


@stack_rule("stack-protected")
def _protected(stack: Stack, environment: Environment) -> Findings:
    if environment.production:
        for resource in stack.of(*STATEFUL):
            if _keeps_data(resource) and not resource.protect:
                yield resource, "holds data or keys and isn't protected: an update could delete or replace it"
        for resource in stack.of(*GROUND):
            if not resource.protect:
                yield resource, "all else stands on it and it isn't protected: an update could delete or replace it"


def _keeps_data(resource: Resource) -> bool:
    """A replica is made again from its source, and a cache that keeps no snapshot holds only what may be lost."""
    if resource.type == "aws:rds/instance:Instance":
        return not stated(resource.props, "replicateSourceDb")
    if resource.type == "aws:elasticache/replicationGroup:ReplicationGroup":
        return get(resource.props, "snapshotRetentionLimit", 0) > 0
    return True
