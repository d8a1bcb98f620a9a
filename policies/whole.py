"""Rules on the stack as a whole: what has to exist together, and what must not be shared."""

from collections import defaultdict
from collections.abc import Iterable

from policies.pods import pod_spec
from policies.rule import Environment, Resource, Stack, stack_rule
from policies.values import get

PLUGIN = "naap.io/plugin"
NAMESPACE = "kubernetes:core/v1:Namespace"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
QUOTA = "kubernetes:core/v1:ResourceQuota"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
SECURITY = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
TRAFFIC = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"
STATEFUL = (
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
)
Findings = Iterable[tuple[Resource | None, str]]


def _place(resource: Resource) -> tuple[str, str]:
    """Which cluster and namespace an object is in; two regions hold namespaces of the same name."""
    return _cluster(resource), get(resource.props, "metadata.namespace", "default")


def _cluster(resource: Resource) -> str:
    # The provider's reference tells the cluster; its name ends in the region.
    return resource.provider


def _labels(resource: Resource) -> dict[str, str]:
    return get(resource.props, "metadata.labels", {})


def _of_plugins(stack: Stack, kind: str) -> list[Resource]:
    return [resource for resource in stack.of(kind) if PLUGIN in _labels(resource)]


def _by_place(resources: Iterable[Resource]) -> dict[tuple[str, str], list[Resource]]:
    found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for resource in resources:
        found[_place(resource)].append(resource)
    return found


@stack_rule("stack-default-deny")
def _default_deny(stack: Stack, _: Environment) -> Findings:
    policies = _by_place(stack.of(NETWORK_POLICY))
    for namespace in stack.of(NAMESPACE):
        place = (_cluster(namespace), get(namespace.props, "metadata.name", namespace.name))
        closed: set[str] = set()
        for policy in policies[place]:
            spec = get(policy.props, "spec", {})
            if not get(spec, "podSelector", {}):
                closed |= {kind for kind in get(spec, "policyTypes", []) if not get(spec, kind.lower(), [])}
        for kind in sorted({"Ingress", "Egress"} - closed):
            yield namespace, f"no NetworkPolicy denies {kind} by default"


@stack_rule("stack-quota")
def _quota(stack: Stack, _: Environment) -> Findings:
    have = _by_place(stack.of(QUOTA))
    for namespace in _of_plugins(stack, NAMESPACE):
        if not have[(_cluster(namespace), get(namespace.props, "metadata.name", namespace.name))]:
            yield namespace, "a plugin's namespace has no ResourceQuota"


@stack_rule("stack-autoscaled")
def _autoscaled(stack: Stack, _: Environment) -> Findings:
    scaled = {(_place(item), get(item.props, "spec.scaleTargetRef.name")) for item in stack.of(AUTOSCALER)}
    deployed = {(_place(item), get(item.props, "metadata.name", item.name)) for item in stack.of(DEPLOYMENT)}
    for deployment in _of_plugins(stack, DEPLOYMENT):
        key = (_place(deployment), get(deployment.props, "metadata.name", deployment.name))
        alone = get(deployment.props, "spec.replicas")
        if key in scaled and alone is not None:
            yield deployment, "states replicas under an autoscaler: every update would undo its work"
        if key not in scaled and alone != 1:
            yield deployment, "has neither an autoscaler nor exactly one replica"
    for autoscaler in stack.of(AUTOSCALER):
        if (_place(autoscaler), get(autoscaler.props, "spec.scaleTargetRef.name")) not in deployed:
            yield autoscaler, "scales a Deployment that isn't there"


@stack_rule("stack-disruption-budget")
def _budgeted(stack: Stack, _: Environment) -> Findings:
    budgets = _by_place(stack.of(BUDGET))
    for deployment in _of_plugins(stack, DEPLOYMENT):
        labels = get(deployment.props, "spec.template.metadata.labels", {})
        if get(deployment.props, "spec.replicas") == 1:
            continue  # one pod can't be kept up by a budget
        covering = [
            budget
            for budget in budgets[_place(deployment)]
            if get(budget.props, "spec.selector.matchLabels", {}).items() <= labels.items()
        ]
        if len(covering) != 1:
            yield deployment, f"{len(covering)} disruption budgets cover its pods; it takes exactly one"


@stack_rule("stack-selectors")
def _selectors(stack: Stack, _: Environment) -> Findings:
    for deployment in stack.of(DEPLOYMENT):
        wanted = get(deployment.props, "spec.selector.matchLabels", {})
        if not wanted or not wanted.items() <= get(deployment.props, "spec.template.metadata.labels", {}).items():
            yield deployment, "its selector doesn't pick out its own pods"


@stack_rule("stack-routes-guarded")
def _routes_guarded(stack: Stack, _: Environment) -> Findings:
    guarded = _targets(stack, SECURITY)
    limited = _targets(stack, TRAFFIC, "rateLimit")
    for route in stack.of(ROUTE):
        name = get(route.props, "metadata.name", route.name)
        public = set(get(route.props, "metadata.annotations", {}).get("naap.io/public-rules", "").split(","))
        for rule in get(route.props, "spec.rules", []):
            section = get(rule, "name", "")
            if section not in public and not {(*_place(route), name, section), (*_place(route), name, "")} & guarded:
                yield route, f"rule {section} has no SecurityPolicy and isn't declared public"
            if not {(*_place(route), name, section), (*_place(route), name, "")} & limited:
                yield route, f"rule {section} has no rate limit"


def _targets(stack: Stack, kind: str, needs: str | None = None) -> set[tuple[str, str, str, str]]:
    return {
        (*_place(policy), get(target, "name", ""), get(target, "sectionName", ""))
        for policy in stack.of(kind)
        if needs is None or get(policy.props, f"spec.{needs}") is not None
        for target in get(policy.props, "spec.targetRefs", [])
    }


@stack_rule("stack-prefixes-apart")
def _prefixes_apart(stack: Stack, _: Environment) -> Findings:
    owners: dict[tuple[str, str, str], Resource] = {}
    for route in stack.of(ROUTE):
        for rule in get(route.props, "spec.rules", []):
            for match in get(rule, "matches", []):
                path = get(match, "path.value", "/")
                key = (_cluster(route), path, str(get(match, "path.type", "PathPrefix")))
                first = owners.setdefault(key, route)
                if first is not route and _place(first) != _place(route):
                    yield route, f"path {path} already belongs to {first.name}"


@stack_rule("stack-secrets-apart")
def _secrets_apart(stack: Stack, _: Environment) -> Findings:
    for deployment in _of_plugins(stack, DEPLOYMENT):
        spec = pod_spec(deployment)
        if get(spec, "serviceAccountName", "default") == "default":
            yield deployment, "runs as the namespace's default service account"


@stack_rule("stack-protected")
def _protected(stack: Stack, environment: Environment) -> Findings:
    if environment.production:
        for resource in stack.of(*STATEFUL):
            if _keeps_data(resource) and not resource.protect:
                yield resource, "holds data or keys and isn't protected: an update could delete or replace it"


def _keeps_data(resource: Resource) -> bool:
    """A replica is made again from its source, and a cache that keeps no snapshot holds only what may be lost."""
    if resource.type == "aws:rds/instance:Instance":
        return "replicateSourceDb" not in resource.props
    if resource.type == "aws:elasticache/replicationGroup:ReplicationGroup":
        return get(resource.props, "snapshotRetentionLimit", 0) > 0
    return True
