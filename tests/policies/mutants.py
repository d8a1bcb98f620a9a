"""Every mutant of what the program builds: each field that weakening.py knows, one at a time; each guard left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from policies.rule import Resource
from tests.policies.weakening import KINDS, REMOVED

LEFT_OUT = re.compile(
    r":(NetworkPolicy|PodDisruptionBudget|HorizontalPodAutoscaler|ResourceQuota|LimitRange|SecurityPolicy"
    r"|BackendTrafficPolicy|ClientTrafficPolicy|Deployment|Job|ServiceAccount|NodeClass"
    r"|BucketPublicAccessBlock|BucketOwnershipControls|BucketVersioning|BucketPolicy|BucketLogging"
    r"|BucketServerSideEncryptionConfiguration|BucketLifecycleConfiguration|BucketObjectLockConfiguration"
    r"|FlowLog|DefaultSecurityGroup|WebAclLoggingConfiguration|LogDelivery|TopicPolicy)$"
)
"""Types whose objects protect by being there."""
PLUGIN = "naap.io/plugin"
PLACE = re.compile(r"^(us[ew]\d+)-|-?\d+")
"""Region and shard in a resource's name."""
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change. kind: of weakening.py, `left out` or `unprotected`; mutated: None when the resource is left out."""

    kind: str
    original: Resource
    mutated: Resource | None
    path: str

    @property
    def said(self) -> str:
        """For patterns and messages: kind, type, path."""
        return f"{self.kind} {self.original.type} {self.path}".strip()


Seen = set[tuple[object, ...]]


def mutants(resources: Sequence[Resource], seen: Seen) -> Iterator[Mutant]:
    """All of them, each once for resources that differ in their plugin and region only.

    seen: those of an earlier call, which are left out, and then those of this one as well.
    """
    for resource in resources:
        role = role_of(resource)
        for place, mutant in _of(resource):
            key = (role, mutant.kind, *place)
            if key not in seen:
                seen.add(key)
                yield mutant


def role_of(resource: Resource) -> str:
    """What the resource is for, whichever plugin and region it belongs to."""
    labels = cast("Mapping[str, str]", cast("Any", resource.props).get("metadata", {}).get("labels") or {})
    name = resource.name.replace(labels.get(PLUGIN, "\0"), "PLUGIN")
    return f"{resource.type} {PLACE.sub('', name)}"


def _of(resource: Resource) -> Iterator[tuple[Path, Mutant]]:
    for path, value in _fields(resource.props):
        told = ".".join("*" if isinstance(part, int) else part for part in path)
        for kind in KINDS:
            if kind.own(resource.type, told, value):
                for number, weaker in enumerate(one for one in kind.weaker(value) if one != value):
                    mutated = replace(resource, props=_changed(resource.props, path, weaker))
                    yield (*path, number), Mutant(kind=kind.name, original=resource, mutated=mutated, path=told)
    if resource.protect:
        yield (), Mutant(kind="unprotected", original=resource, mutated=replace(resource, protect=False), path="")
    if LEFT_OUT.search(resource.type):
        yield (), Mutant(kind="left out", original=resource, mutated=None, path="")


def _fields(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield from _fields(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from _fields(inner, (*path, index))


def _changed(value: Any, path: Path, weaker: Any) -> Any:
    """A copy in which one field is another; all else is shared with the original."""
    head, rest = path[0], path[1:]
    copy: Any = list(cast("list[Any]", value)) if isinstance(value, list) else dict(value)
    if rest:
        copy[head] = _changed(copy[head], rest, weaker)
    elif weaker is REMOVED:
        del copy[head]
    else:
        copy[head] = weaker
    return copy
