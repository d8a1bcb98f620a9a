"""What differs between the objects that the program made and those of a cluster, and whose doing it is.

The provider's own comparison sees a changed value of a field that the program states, and nothing that was added: no
rule of a network policy, no variable, no binding. The API server writes down who owns each field (managed fields); that
tells all of it. Values are never part of a finding: they may be secret.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, cast

from planning.shared.labels import PREVIEW_LABEL

Object: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[str, str, str]
"""Kind, namespace, name."""
Steps: TypeAlias = tuple[tuple[str, str], ...]
"""A path as managed fields have it, a mark (f, k, v) and a text each."""

OURS = "pulumi-kubernetes"
CONTROLLERS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "karpenter",
    "envoy-gateway",
    "helm",
    "controller",
    "eks",
)
"""Starts of the names of managers that may write to our objects, and make objects beside them."""

_RBAC = frozenset(("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"))
_EVERY_NAMESPACE = frozenset((("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")))
_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105  # the engine's mark of a special value in a state
_GUARDS = frozenset(("NetworkPolicy", "SecurityPolicy", "ResourceQuota"))
_GRAVE = ("image", "pod-security.kubernetes.io/")


_OF_AUTOSCALERS = ("Deployment", "spec.replicas")
"""Is stated by nobody here: without it there would be one pod."""


class Undo(StrEnum):
    """What puts a difference back. update: `pulumi up --refresh`. removal: of what was added, which no update sees.

    person: who knows what it is for, and takes it into the program or deletes it. none: nothing differs, and it is
    only told.
    """

    UPDATE = "update"
    REMOVAL = "removal"
    PERSON = "person"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """grave: it may let code or people in that nobody reviewed. pointer: of a removal, into the object (RFC 6901)."""

    key: Key
    text: str
    grave: bool
    undo: Undo = Undo.UPDATE
    pointer: str = ""

    def __str__(self) -> str:
        kind, namespace, name = self.key
        return f"{kind} {f'{namespace}/' if namespace else ''}{name}: {self.text}"


def key_of(obj: Object) -> Key:
    """Which object it is."""
    metadata = obj["metadata"]
    return str(obj["kind"]), str(metadata.get("namespace") or ""), str(metadata["name"])


def find_drift(made: Iterable[Object], live: Iterable[Object]) -> list[Finding]:
    """made: inputs of the program's objects in one cluster; live: all objects of their kinds there. The grave first."""
    ours = {key_of(obj): obj for obj in made}
    there = {key_of(obj): obj for obj in live}
    namespaces = {name for kind, _, name in ours if kind == "Namespace"}
    found = [Finding(key=key, text="is gone", grave=key[0] in _GUARDS) for key in ours if key not in there]
    previews: Counter[str] = Counter()
    for key, obj in there.items():
        if key in ours:
            found += _changes(key, ours[key], obj)
        elif name := _preview_of(key, obj, namespaces):
            previews[name] += 1
        elif _is_foreign(key, obj, namespaces):
            text = f"is not of the program; made by {_makers(obj)}"
            found.append(Finding(key=key, text=text, grave=key[0] in _RBAC, undo=Undo.PERSON))
    for name, number in previews.items():
        text = f"its objects in namespaces of the stack: {number}"
        found.append(Finding(key=("Preview environment", "", name), text=text, grave=False, undo=Undo.NONE))
    return sorted(found, key=lambda one: (not one.grave, one.key, one.text))


def _changes(key: Key, stated: Object, obj: Object) -> Iterator[Finding]:
    told: set[str] = set()
    for manager, steps in _foreign_fields(obj):
        path = _path(steps)
        told.add(path)
        yield Finding(
            key=key,
            text=f"{path} is of {manager}",
            grave=_is_grave(key, path),
            **_undone(key, path, steps, stated, obj),
        )
    for path in _differences(stated, obj):
        # The same field by its place in a list, where managed fields name its item.
        if not any(path.rpartition(".")[2] == other.rpartition(".")[2] for other in told):
            yield Finding(key=key, text=f"{path} is not what the program states", grave=_is_grave(key, path))


def _undone(key: Key, path: str, steps: Steps, stated: Object, obj: Object) -> dict[str, Any]:
    """What the program states comes back with an update. What is an addition is removed, the whole item of a list."""
    if _pointer(stated, steps) is not None:
        return {"undo": Undo.UPDATE}
    if (key[0], path) == _OF_AUTOSCALERS:
        return {"undo": Undo.PERSON}
    for length in range(1, len(steps) + 1):
        if steps[length - 1][0] != "f" and _pointer(stated, steps[:length]) is None:
            steps = steps[:length]
            break
    pointer = _pointer(obj, steps)
    return {"undo": Undo.PERSON} if pointer is None else {"undo": Undo.REMOVAL, "pointer": pointer}


def _pointer(obj: Any, steps: Steps) -> str | None:
    """Where a field is in an object; None: nowhere."""
    found = ""
    for mark, text in steps:
        if mark == "f":
            if not isinstance(obj, dict) or text not in obj:
                return None
            obj = cast("dict[str, Any]", obj)[text]
            found += "/" + text.replace("~", "~0").replace("/", "~1")
            continue
        wanted: Any = json.loads(text)
        items = cast("list[Any]", obj) if isinstance(obj, list) else []
        place = next((number for number, item in enumerate(items) if _is_item(item, wanted, mark)), None)
        if place is None:
            return None
        obj, found = items[place], f"{found}/{place}"
    return found


def _is_item(item: Any, wanted: Any, mark: str) -> bool:
    """A stated item may leave out what the API fills in, as the protocol of a port."""
    if mark == "v":
        return item == wanted
    there = cast("dict[str, Any]", item) if isinstance(item, dict) else None
    return there is not None and all(there.get(name, value) == value for name, value in wanted.items())


def _is_grave(key: Key, path: str) -> bool:
    return key[0] in _RBAC | _GUARDS or any(mark in path for mark in _GRAVE)


def _is_controller(manager: str) -> bool:
    return any(manager == name or manager.startswith(f"{name}-") for name in CONTROLLERS)


def _is_foreign(key: Key, obj: Object, namespaces: set[str]) -> bool:
    kind, namespace, name = key
    if namespace not in namespaces and kind not in _RBAC:
        return False
    if obj["metadata"].get("ownerReferences") or (kind, name) in _EVERY_NAMESPACE:
        return False
    makers = {str(entry.get("manager")) for entry in _managed(obj)}
    return not makers or any(not _is_controller(maker) for maker in makers)


def _preview_of(key: Key, obj: Object, namespaces: set[str]) -> str | None:
    """The environment that made an object: its own stack states it. Rights are nothing that one gives."""
    kind, namespace, _ = key
    makers = [str(entry.get("manager")) for entry in _managed(obj)]
    others = [maker for maker in makers if not maker.startswith(OURS) and not _is_controller(maker)]
    if kind in _RBAC or namespace not in namespaces or others:
        return None
    return cast("Mapping[str, str]", obj["metadata"].get("labels") or {}).get(PREVIEW_LABEL)


def _makers(obj: Object) -> str:
    return ", ".join(sorted({str(entry.get("manager")) for entry in _managed(obj)})) or "nobody knows"


def _managed(obj: Object) -> Sequence[Object]:
    return cast("Sequence[Object]", obj["metadata"].get("managedFields") or [])


def _foreign_fields(obj: Object) -> Iterator[tuple[str, Steps]]:
    """Manager and path of each field that neither we nor a controller own. A status is its writer's own affair."""
    for entry in _managed(obj):
        manager = str(entry.get("manager"))
        if entry.get("subresource") == "status" or manager.startswith(OURS) or _is_controller(manager):
            continue
        for steps in _leaves(entry.get("fieldsV1") or {}, ()):
            yield manager, steps


def _leaves(fields: Mapping[str, Any], start: Steps) -> Iterator[Steps]:
    """Paths of a set of fields: `f:name` is a field, `k:{...}` and `v:...` are items of a list."""
    below = {key: item for key, item in fields.items() if key != "."}
    if not below:
        yield start
    for key, item in below.items():
        mark, _, text = key.partition(":")
        yield from _leaves(cast("Mapping[str, Any]", item), (*start, (mark, text)))


def _path(steps: Steps) -> str:
    """For people: spec.containers[app].image."""
    found = ""
    for mark, text in steps:
        if mark == "k":
            names = cast("dict[str, Any]", json.loads(text))
            found += f"[{','.join(str(name) for name in names.values())}]"
        else:
            found += f".{text}" if mark == "f" and found else text if mark == "f" else f"[{text}]"
    return found


def _differences(stated: Any, live: Any, start: str = "") -> Iterator[str]:
    """Paths of stated values that are other ones in the cluster, or none; not of what the state holds encrypted."""
    if isinstance(stated, dict):
        wanted = cast("dict[str, Any]", stated)
        if _SECRET in wanted:
            return
        there = cast("dict[str, Any]", live) if isinstance(live, dict) else {}
        for key, item in wanted.items():
            if item is not None:
                yield from _differences(item, there.get(key), f"{start}.{key}" if start else key)
    elif isinstance(stated, list):
        wanted_items = cast("list[Any]", stated)
        items = cast("list[Any]", live) if isinstance(live, list) else []
        for place, item in enumerate(wanted_items):
            yield from _differences(item, items[place] if place < len(items) else None, f"{start}[{place}]")
    elif stated != live and (stated or live):
        yield start


def removals(findings: Iterable[Finding]) -> Mapping[Key, Sequence[str]]:
    """Pointers of what is to be removed, by object, each once; of a list its later items first, so that places hold."""
    found: dict[Key, set[str]] = {}
    for finding in findings:
        if finding.undo is Undo.REMOVAL:
            found.setdefault(finding.key, set()).add(finding.pointer)
    return {key: sorted(pointers, key=_last_first, reverse=True) for key, pointers in found.items()}


def _last_first(pointer: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in pointer.split("/")]
