"""Requests and what of the stack decides over them, in plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from rehearsal import RehearsalError


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request's head. path: as it was sent, without the query; headers: names in lower case, repeated ones joined."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def upgrades(self) -> bool:
        """Whether it opens a WebSocket."""
        return self.headers.get("upgrade", "").lower() == "websocket"


class Resource(Protocol):
    """A resource of the stack, by the property names of the engine."""

    @property
    def type(self) -> str:
        """Its type token, as `aws:s3/bucket:Bucket`."""
        ...

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the program asked for."""
        ...

    @property
    def outputs(self) -> Mapping[str, Any]:
        """What was made of it."""
        ...


Found = TypeVar("Found", bound=Resource)


def of_type(resources: Iterable[Found], kind: str) -> list[Found]:
    """All of a type token."""
    return [found for found in resources if found.type == kind]


def the(resources: Sequence[Found], kind: str, key: str, value: object) -> Found:
    """The one of a type whose output has this value. Raises RehearsalError where none or several have."""
    found = [one for one in of_type(resources, kind) if one.outputs.get(key) == value]
    if len(found) != 1:
        raise RehearsalError(f"{len(found)} resources of type {kind} have the {key} {value!r}; there must be one.")
    return found[0]
