"""Rules on plugins: each has all that a plugin needs, and nothing that is another's."""

import re
from collections.abc import Callable, Iterable, Iterator

from policies.kubernetes_objects import (
    NAMESPACE,
    PLUGIN,
    by_place,
    cluster,
    labels,
    of_plugins,
    own_place,
    place,
    stands_on_another,
)
from policies.properties import get
from policies.rule import Environment, Resource, Stack, stack_rule
from policies.rules.kubernetes.pods import TEMPLATES, pod_spec
from policies.rules.kubernetes.routes import ROUTE

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMITS = "kubernetes:core/v1:LimitRange"
JOB = "kubernetes:batch/v1:Job"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
CACHE_USER = "aws:elasticache/user:User"
POOLER = "naap.io/pooler"
ALIAS = re.compile(r"^hostssl (\S+) (\S+) ", re.MULTILINE)
KEYS = re.compile(r"~[^\s()]+")
Findings = Iterable[tuple[Resource | None, str]]


@stack_rule("stack-quota")
def _quota(stack: Stack, _: Environment) -> Findings:
    for kind in (QUOTA, LIMITS):
        have = by_place(stack.of(kind))
        for namespace in of_plugins(stack, NAMESPACE):
            if not have[own_place(namespace)]:
                yield namespace, f"a plugin's namespace has no {kind.rpartition(':')[2]}"


@stack_rule("stack-plugin-complete")
def _complete(stack: Stack, _: Environment) -> Findings:
    deployed = by_place(stack.of(DEPLOYMENT))
    accounts = by_place(stack.of(ACCOUNT))
    scaled = by_place(stack.of(AUTOSCALER))
    routed = by_place(stack.of(ROUTE))
    # Of a plugin that is stopped or archived: it has its namespace, with room for no pod.
    closed = {place(quota) for quota in stack.of(QUOTA) if str(get(quota.props, "spec.hard", {}).get("pods")) == "0"}
    for namespace in of_plugins(stack, NAMESPACE):
        where = own_place(namespace)
        if where in closed:
            for item in deployed[where]:
                yield item, "never gets a pod: the ResourceQuota of its namespace leaves room for none"
            for item in routed[where]:
                yield item, "leads to a plugin that is stopped: its prefixes are answered by the gateway's own routes"
            continue
        if not deployed[where]:
            yield namespace, "a plugin's namespace has no Deployment: nothing answers"
        if not accounts[where]:
            yield namespace, "a plugin's namespace has no ServiceAccount of its own"
        alone = [item for item in deployed[where] if get(item.props, "spec.replicas") == 1]
        if len(deployed[where]) > len(alone) and not scaled[where]:
            yield namespace, "a plugin's namespace has no HorizontalPodAutoscaler"


@stack_rule("stack-schema-made")
def _schemas(stack: Stack, _: Environment) -> Findings:
    # Schemas are made once, in the region of the writers: whatever cluster that is.
    made = {labels(job).get(PLUGIN) for job in stack.of(JOB) if labels(job).get("naap.io/component") != "migration"}
    for entry in stack.of(CONFIG_MAP):
        if POOLER in labels(entry) and labels(entry).get(PLUGIN) not in made:
            yield entry, "is let to a schema that no Job makes"


@stack_rule("stack-accounts-there")
def _accounts(stack: Stack, _: Environment) -> Findings:
    have = {(place(item), get(item.props, "metadata.name", item.name)) for item in stack.of(ACCOUNT)}
    own = {own_place(namespace) for namespace in stack.of(NAMESPACE)}
    for item in stack.of(DEPLOYMENT, JOB):
        if stands_on_another(stack) and place(item) not in own:
            continue  # of the other stack, as its account is
        account = get(item.props, "spec.template.spec.serviceAccountName", "default")
        if (place(item), account) not in have:
            yield item, f"runs as the service account {account}, which isn't there"


@stack_rule("stack-accounts-used")
def _accounts_used(stack: Stack, _: Environment) -> Findings:
    used = {
        (place(item), get(pod_spec(item), "serviceAccountName", "default")) for item in stack.of(*sorted(TEMPLATES))
    }
    for account in stack.of(ACCOUNT):
        if (place(account), get(account.props, "metadata.name", account.name)) not in used:
            yield account, "nothing runs as this service account: what it is for isn't there"


@stack_rule("stack-databases-apart")
def _databases(stack: Stack, _: Environment) -> Findings:
    yield from _shared([item for item in stack.of(CONFIG_MAP) if POOLER in labels(item)], _aliases)


@stack_rule("stack-secrets-apart")
def _secrets(stack: Stack, _: Environment) -> Findings:
    yield from _shared(of_plugins(stack, DEPLOYMENT), _foreign_secrets)
    yield from _shared(stack.of(CACHE_USER), _cache_keys)
    yield from _shared(stack.of(IDENTITY), _roles)


Owned = Callable[[Resource], Iterator[tuple[str, str]]]
"""What a resource takes for itself: (what it is, which one)."""


def _shared(resources: Iterable[Resource], owned: Owned) -> Findings:
    """Findings where two owners take the same."""
    owners: dict[tuple[str, str, str], Resource] = {}
    for resource in resources:
        for what, which in owned(resource):
            first = owners.setdefault((cluster(resource), what, which), resource)
            if _owner(first) != _owner(resource):
                yield resource, f"{what} {which} already belongs to {first.name}"


def _owner(resource: Resource) -> str:
    return labels(resource).get(PLUGIN) or get(resource.props, "tags", {}).get("Plugin") or resource.name


def _aliases(entry: Resource) -> Iterator[tuple[str, str]]:
    for key, text in get(entry.props, "data", {}).items():
        if key.endswith(".hba"):
            for alias, role in ALIAS.findall(str(text)):
                yield "database", alias
                yield "role", role


def _foreign_secrets(deployment: Resource) -> Iterator[tuple[str, str]]:
    for container in get(deployment.props, "spec.template.spec.containers", []):
        for source in get(container, "envFrom", []):
            if get(source, "secretRef.name") is not None:
                yield "secret", "/".join((place(deployment)[1], get(source, "secretRef.name")))


def _cache_keys(user: Resource) -> Iterator[tuple[str, str]]:
    for prefix in sorted(set(KEYS.findall(str(get(user.props, "accessString", ""))))):
        # The region tells the group: the same plugin has a user in each.
        yield (
            "cache prefix",
            f"{prefix} of {get(user.props, 'userId', user.name).removesuffix(get(user.props, 'userName', ''))}",
        )


def _roles(association: Resource) -> Iterator[tuple[str, str]]:
    yield "AWS role", get(association.props, "roleArn")
