"""Rules on what things cost: instance families and price classes, by the number of users."""

from collections.abc import Iterable

from policies.properties import get
from policies.rule import Environment, Resource, rule

FAMILY_PART = -2
"""db.m7g.xlarge, cache.m7g.large: the family stands before the size."""


def _family(instance: str) -> str:
    return instance.split(".")[FAMILY_PART]


@rule("aws-database-family", frozenset({"aws:rds/instance:Instance"}))
def _databases(resource: Resource, environment: Environment) -> Iterable[str]:
    stated = get(resource.props, "instanceClass", "db.none.none")
    if _family(stated) not in environment.size.databases:
        yield f"instanceClass {stated}: its family isn't one of {', '.join(environment.size.databases)}"


@rule("aws-cache-family", frozenset({"aws:elasticache/replicationGroup:ReplicationGroup"}))
def _caches(resource: Resource, environment: Environment) -> Iterable[str]:
    stated = get(resource.props, "nodeType", "cache.none.none")
    if _family(stated) not in environment.size.caches:
        yield f"nodeType {stated}: its family isn't one of {', '.join(environment.size.caches)}"


@rule("aws-cdn-price-class", frozenset({"aws:cloudfront/distribution:Distribution"}))
def _price_class(resource: Resource, environment: Environment) -> Iterable[str]:
    stated = get(resource.props, "priceClass", "PriceClass_All")
    if stated not in environment.size.price_classes:
        yield f"priceClass {stated} isn't one of {', '.join(environment.size.price_classes)}"


@rule("k8s-node-families", frozenset({"kubernetes:karpenter.sh/v1:NodePool"}))
def _nodes(resource: Resource, environment: Environment) -> Iterable[str]:
    stated = {
        get(item, "key", ""): set(get(item, "values", []))
        for item in get(resource.props, "spec.template.spec.requirements", [])
        if get(item, "operator", "") == "In"
    }
    families = stated.get("eks.amazonaws.com/instance-family", {"any"})
    if families - set(environment.size.nodes):
        yield f"nodes may be of any size: families {', '.join(sorted(families))}"
    if "on-demand" not in stated.get("karpenter.sh/capacity-type", set()):
        yield "nodes may be taken away at any time: karpenter.sh/capacity-type"
    for name in ("cpu", "memory"):
        if get(resource.props, f"spec.limits.{name}") is None:
            yield f"grows without end: spec.limits.{name} is missing"
