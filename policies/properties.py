"""Property values as plain Python, with what is not known yet kept apart from what is absent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

UNKNOWN_MARKERS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""How the engine's protocol writes a value that is not known before the update."""


class Undecidable(Exception):  # noqa: N818  # not an error: the update will know
    """A rule needs a value that is not known yet; it is judged again when it is."""


class Unknown:
    """Stands where a value will be. It can't be compared, iterated or tested by accident."""

    def __bool__(self) -> bool:
        raise Undecidable

    def __eq__(self, other: object) -> bool:
        raise Undecidable

    def __iter__(self) -> Iterator[Any]:
        raise Undecidable

    def __len__(self) -> int:
        raise Undecidable

    def __hash__(self) -> int:
        raise Undecidable

    def __str__(self) -> str:
        raise Undecidable


UNKNOWN = Unknown()


def plain(value: Any) -> Any:
    """A copy without the proxies of the policy SDK; unknown values become UNKNOWN, whole floats become integers."""
    if isinstance(value, str):
        return UNKNOWN if value in UNKNOWN_MARKERS else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        target = _behind_proxy(cast("Mapping[str, Any]", value))
        return {key: plain(item) for key, item in target.items()}
    if isinstance(value, Sequence):
        items = _behind_proxy(cast("Sequence[Any]", value))
        return [plain(item) for item in items]
    return value


def _behind_proxy(value: Any) -> Any:
    # ManifestReader an unknown item through the SDK's proxy raises; the proxied object itself can be read.
    return value["__target"] if type(value).__module__ == "pulumi_policy.proxy" else value


def get(value: Any, path: str, default: Any = None) -> Any:
    """The value at a dotted path ("spec.template.spec"); list indexes are numbers.

    Raises Undecidable where the path leads through something that is not known yet.
    """
    for part in path.split("."):
        if value is UNKNOWN:
            raise Undecidable
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(part)]
        else:
            value = None
        if value is None:
            return default
    if value is UNKNOWN:
        raise Undecidable
    return value


def is_known(value: Any, path: str) -> bool:
    """Whether the value at the path can be read now."""
    try:
        get(value, path)
    except Undecidable:
        return False
    return True


def stated(value: Any, path: str) -> bool:
    """Whether something stands at the path: not empty, or not known yet."""
    return not is_known(value, path) or bool(get(value, path))
