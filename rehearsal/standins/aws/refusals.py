"""What AWS refuses although every type is right, in words close to its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, has_unknown


@dataclass(frozen=True, kw_only=True)
class Protection:
    """A switch that keeps a resource from being deleted."""

    property: str
    message: str


_DATABASE = (
    "InvalidParameterCombination: Cannot delete protected DB {0}, please disable deletion protection and try again."
)
_BALANCER = "OperationNotPermitted: Load balancer '{id}' cannot be deleted because deletion protection is enabled"
PROTECTIONS: dict[str, Protection] = {
    "alb/loadBalancer": Protection(property="enableDeletionProtection", message=_BALANCER),
    "cloudwatch/logGroup": Protection(
        property="deletionProtectionEnabled",
        message="ValidationException: Log group '{id}' cannot be deleted because deletion protection is enabled",
    ),
    "dynamodb/table": Protection(
        property="deletionProtectionEnabled",
        message="ValidationException: Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first.",
    ),
    "eks/cluster": Protection(
        property="deletionProtection",
        message="InvalidRequestException: Cannot delete cluster '{id}' because deletion protection is enabled",
    ),
    "lb/loadBalancer": Protection(property="enableDeletionProtection", message=_BALANCER),
    "rds/cluster": Protection(property="deletionProtection", message=_DATABASE.format("Cluster")),
    "rds/instance": Protection(property="deletionProtection", message=_DATABASE.format("Instance")),
}
_CEILING_PART = 1.1
_SNAPSHOTS = {"rds/cluster", "rds/instance"}


def refuse_deletion(kind: str, identity: str, state: Map) -> None:
    """Raise ProviderError when AWS would not delete the resource as it is."""
    protection = PROTECTIONS.get(kind)
    if protection and state.get(protection.property) is True:
        raise ProviderError(
            f"deleting {kind} ({identity}): {protection.message.format(id=identity)} "
            f"(set {protection.property} to false and update first)"
        )
    if kind in _SNAPSHOTS and not state.get("skipFinalSnapshot") and not state.get("finalSnapshotIdentifier"):
        raise ProviderError(
            f"deleting {kind} ({identity}): finalSnapshotIdentifier is required when skipFinalSnapshot is false"
        )


def refuse_update(kind: str, old: Map, new: Map) -> None:
    """Raise ProviderError when AWS would not make this change in place (nor is it one that replaces)."""
    for problem in _CHECKS.get(kind, _nothing)(old, new):
        raise ProviderError(f"updating {kind}: {problem}")


def _nothing(_old: Map, _new: Map) -> Iterator[str]:
    return iter(())


def _database(old: Map, new: Map) -> Iterator[str]:
    before, after = old.get("allocatedStorage"), new.get("allocatedStorage")
    if isinstance(before, int) and isinstance(after, int) and after < before:
        yield (
            "InvalidParameterCombination: storage can't be reduced: allocatedStorage is "
            f"{before} GiB and {after} is asked for; keep {before}, or restore into a new instance"
        )
    ceiling = new.get("maxAllocatedStorage")
    if isinstance(before, int | float) and isinstance(ceiling, int | float) and 0 < ceiling < before * _CEILING_PART:
        yield (
            f"InvalidParameterCombination: maxAllocatedStorage {ceiling} must be at least a tenth above the storage "
            f"that is there, {before} GiB"
        )
    yield from _no_downgrade(old, new, "engineVersion", parts=1)
    majors = [_version(each.get("engineVersion"))[:1] for each in (old, new)]
    if all(majors) and majors[0] < majors[1] and new.get("allowMajorVersionUpgrade") is not True:
        yield (
            "InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present when upgrading to a new "
            "major version."
        )


def _cluster(old: Map, new: Map) -> Iterator[str]:
    yield from _no_downgrade(old, new, "version", parts=2)
    before, after = _version(old.get("version")), _version(new.get("version"))
    if len(before) > 1 and len(after) > 1 and after[1] > before[1] + 1:
        yield (
            "InvalidParameterException: Unsupported Kubernetes minor version update from "
            f"{old['version']} to {new['version']}; update one minor version at a time"
        )


def _no_downgrade(old: Map, new: Map, name: str, *, parts: int) -> Iterator[str]:
    before, after = _version(old.get(name))[:parts], _version(new.get(name))[:parts]
    if before and after and after < before:
        yield (
            f"InvalidParameterCombination: {name} can't go back: it is {old[name]} and {new[name]} is asked for; "
            f"keep {old[name]} or later"
        )


def _version(value: object) -> list[int]:
    if not isinstance(value, str) or has_unknown(value):
        return []
    return [int(part) for part in value.split(".") if part.isdigit()]


_CHECKS: dict[str, Callable[[Map, Map], Iterator[str]]] = {"eks/cluster": _cluster, "rds/instance": _database}
