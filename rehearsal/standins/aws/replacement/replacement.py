"""The difference between what is and what is asked for, and whether AWS needs a new resource for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rehearsal.standins.aws.naming import DEFAULTS, name_rule
from rehearsal.standins.aws.replacement.replacement_triggers import FORCED, ONE_AT_A_TIME, Forced
from rehearsal.standins.aws.sdk.schema import Property, ResourceType
from rehearsal.standins.provider import Change, Difference
from rehearsal.standins.values import Map, Value, has_unknown, is_list, is_map, without_secrets

_DOCUMENTED = re.compile(
    r"[Ff]orces? (?:a )?(?:new resource|replacement|creation of a new|the creation of a new)"
    r"|[Ff]orces a new|will force a new|will be (?:re-?created|replaced)|[Cc]annot be changed after"
)
_PLAIN_KEY = re.compile(r"\w+")
_INDEX = re.compile(r"\[[^]]*\]")


def difference(kind: ResourceType, old: Map, new: Map, *, region_changed: bool = False) -> Difference:
    """Compare the inputs of a resource; `region_changed` says that it would come to lie elsewhere."""
    old, new = without_secrets(old), without_secrets(new)
    changes: dict[str, Change] = {}
    for name in sorted({*old, *new} - {DEFAULTS}):
        for path, change in _changes(name, old.get(name), new.get(name)):
            forced = _forces(kind, path, old, new)
            changes[path] = Change(f"{change.value}_REPLACE") if forced else change
    if region_changed:
        changes["region"] = Change.UPDATE_REPLACE
    replaces = any(change.replaces for change in changes.values())
    return Difference(changes=changes, delete_before_replace=replaces and not _can_coexist(kind, old, new))


def _changes(path: str, old: Value, new: Value) -> Iterator[tuple[str, Change]]:
    """Paths that differ, as deep as both sides have the same shape."""
    if old == new:
        return
    if old is None or new is None:
        yield path, Change.ADD if old is None else Change.DELETE
    elif is_map(old) and is_map(new):
        for key in sorted({*old, *new}):
            step = f".{key}" if _PLAIN_KEY.fullmatch(key) else f'["{key}"]'
            yield from _changes(path + step, old.get(key), new.get(key))
    elif is_list(old) and is_list(new):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from _changes(f"{path}[{index}]", before, after)
    else:
        yield path, Change.UPDATE


def _forces(kind: ResourceType, path: str, old: Map, new: Map) -> bool:
    """Whether a change at the path needs a new resource."""
    plain = _INDEX.sub("", path)
    top = plain.split(".")[0]
    if top == "region":
        return True
    exception = _EXCEPTIONS.get((kind.kind, top))
    if exception is not None:
        return exception(plain, old, new)
    reviewed = FORCED.get(kind.kind, Forced())
    steps = plain.split(".")
    prefixes = {".".join(steps[: count + 1]) for count in range(len(steps))}
    below = any(forced.startswith(f"{plain}.") and _at(old, forced) != _at(new, forced) for forced in reviewed.by)
    if reviewed.by & prefixes or below:
        return True
    known = kind.inputs.properties.get(top)
    return known is not None and not reviewed.not_by & prefixes and len(steps) == 1 and _is_documented(known)


def _is_documented(known: Property) -> bool:
    return bool(_DOCUMENTED.search(known.doc))


def _at(value: Value, path: str) -> Value:
    for step in path.split("."):
        value = value.get(step) if is_map(value) else None
    return value


def _only_removal(_path: str, old: Map, new: Map) -> bool:
    """EKS secrets stay encrypted once they are: only taking the block away needs a new cluster."""
    return old.get("encryptionConfig") is not None and new.get("encryptionConfig") is None


def _other_source(_path: str, old: Map, new: Map) -> bool:
    """A replica is promoted in place when its source is taken away; another source needs another replica."""
    return new.get("replicateSourceDb") is not None or old.get("replicateSourceDb") is None


def _engine_down(_path: str, old: Map, new: Map) -> bool:
    """ElastiCache upgrades Redis OSS to Valkey in place, and nothing back."""
    return (old.get("engine") or "redis", new.get("engine") or "redis") != ("redis", "valkey")


def _other_node_role(path: str, old: Map, new: Map) -> bool:
    """A node role may be added to a cluster, but not changed."""
    role = "computeConfig.nodeRoleArn"
    return path in {"computeConfig", role} and bool(_at(old, role)) and _at(old, role) != _at(new, role)


_EXCEPTIONS = {
    ("eks/cluster", "computeConfig"): _other_node_role,
    ("eks/cluster", "encryptionConfig"): _only_removal,
    ("elasticache/replicationGroup", "engine"): _engine_down,
    ("rds/instance", "replicateSourceDb"): _other_source,
}


def _can_coexist(kind: ResourceType, old: Map, new: Map) -> bool:
    """Whether the new resource may be made while the old one is there: not under the same stated name."""
    if kind.kind in ONE_AT_A_TIME:
        return False
    rule = name_rule(kind)
    if rule is None or rule.property in new.get(DEFAULTS, ()) or has_unknown(new.get(rule.property)):
        return True
    return new.get(rule.property) is None or old.get(rule.property) != new.get(rule.property)
