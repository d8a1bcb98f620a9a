"""A rule of the pack: what it demands, why, how to mend it, and the standard that it comes from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as a rule sees it: plain values; see policies.values. deleted/replaced are never among them."""

    type: str
    name: str
    urn: str
    props: Mapping[str, Any]
    parent: str | None = None
    protect: bool = False


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What an environment demands beyond the rules that hold everywhere."""

    production: bool
    multi_az: bool
    backup_days: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One demand on resources of certain types.

    types: resource type tokens it judges. check: yields what is wrong, in words that never hold a property's value
    that may be secret; may raise Undecidable. strict: holds in production only.
    """

    id: str
    title: str
    why: str
    fix: str
    types: frozenset[str]
    check: Callable[[Resource, Environment], Iterable[str]]
    standard: str = ""
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class StackRule:
    """One demand on the resources of a stack together; check yields (resource or None, what is wrong)."""

    id: str
    title: str
    why: str
    fix: str
    check: Callable[["Stack", Environment], Iterable[tuple[Resource | None, str]]]
    standard: str = ""
    strict: bool = False


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
