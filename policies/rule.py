"""A rule of the pack: what it demands, why, how to mend it, and the standard that it comes from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as a rule sees it: plain values, see policies.properties. provider: its reference, or empty."""

    type: str
    name: str
    urn: str
    props: Mapping[str, Any]
    provider: str = ""
    protect: bool = False


@dataclass(frozen=True, kw_only=True)
class Size:
    """What may be bought: families of instances, price classes of the CDN. locked_backups: whether they must be."""

    databases: tuple[str, ...]
    caches: tuple[str, ...]
    nodes: tuple[str, ...]
    price_classes: tuple[str, ...]
    locked_backups: bool


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What an environment demands beyond the rules that hold everywhere."""

    production: bool
    multi_az: bool
    backup_days: int
    size: Size


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One demand on resources of certain types; what it says to people stands in catalogue.yaml under its id.

    check: yields what is wrong, in words that never hold a value that may be secret; may raise Undecidable.
    """

    id: str
    types: frozenset[str]
    check: "Check"


@dataclass(frozen=True, kw_only=True)
class StackRule:
    """One demand on the resources of a stack together; check yields (resource or None, what is wrong)."""

    id: str
    check: "StackCheck"


class Stack:
    """All resources of a stack, found by type."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)
        self._by_type: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._by_type.setdefault(resource.type, []).append(resource)

    def of(self, *types: str) -> list[Resource]:
        """Resources of these types, in the order in which they were registered."""
        return [resource for kind in types for resource in self._by_type.get(kind, [])]


Check = Callable[[Resource, Environment], Iterable[str]]
StackCheck = Callable[[Stack, Environment], Iterable[tuple[Resource | None, str]]]
RULES: list[Rule] = []
STACK_RULES: list[StackRule] = []


def rule(rule_id: str, types: frozenset[str]) -> Callable[[Check], Check]:
    """Makes the function the check of a rule on resources of these types."""

    def register(check: Check) -> Check:
        RULES.append(Rule(id=rule_id, types=types, check=check))
        return check

    return register


def stack_rule(rule_id: str) -> Callable[[StackCheck], StackCheck]:
    """Makes the function the check of a rule on the stack as a whole."""

    def register(check: StackCheck) -> StackCheck:
        STACK_RULES.append(StackRule(id=rule_id, check=check))
        return check

    return register
