"""What a stand-in provider is, in plain Python values: no gRPC and no protobuf here (see protocol.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from rehearsal.standins.values import Map


class ProviderError(Exception):
    """An error whose text is meant for the user."""


class PartialFailure(ProviderError):  # noqa: N818  (a failure, not an error: the object exists)
    """The object exists and goes into the state, but is not what was asked for; `reasons` say why."""

    def __init__(self, identity: str, properties: Map, reasons: list[str], inputs: Map | None = None) -> None:
        super().__init__(reasons[0])
        self.identity, self.properties, self.reasons, self.inputs = identity, properties, reasons, inputs


class Change(Enum):
    """What happens to one property."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"
    ADD_REPLACE = "ADD_REPLACE"
    DELETE_REPLACE = "DELETE_REPLACE"
    UPDATE_REPLACE = "UPDATE_REPLACE"

    @property
    def replaces(self) -> bool:
        """Whether this change needs a new object."""
        return self.value.endswith("_REPLACE")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What every call about a resource says of it."""

    urn: str
    identity: str = ""
    preview: bool = False
    timeout: float = 0  # seconds; 0 when the program set none
    proposed_name: str = ""
    naming_disabled: bool = False
    ignore_changes: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The resource's type token, as `kubernetes:apps/v1:Deployment`."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Inputs as the provider wants them; failures are (property, reason)."""

    inputs: Map
    failures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Changes by property path (`spec.replicas`, `spec.ports[0].port`); none means that nothing happens."""

    changes: Mapping[str, Change] = field(default_factory=dict[str, Change])
    delete_before_replace: bool = False


@dataclass(frozen=True, kw_only=True)
class State:
    """A resource as it is; an empty identity from `read` says that it does not exist."""

    identity: str
    properties: Map = field(default_factory=dict[str, Any])
    inputs: Map = field(default_factory=dict[str, Any])


class Provider(Protocol):
    """What a stand-in provider answers. Values come with secrets as Secret and unknowns as marker strings."""

    name: str
    version: str

    def check_config(self, olds: Map, news: Map) -> Checked:
        """Validate the provider's own configuration."""
        ...

    def diff_config(self, olds: Map, news: Map) -> Difference:
        """Compare two configurations of the provider."""
        ...

    def configure(self, variables: Mapping[str, str], args: Map) -> None:
        """Take the configuration; variables are `package:config:key` to text (JSON for nested values)."""
        ...

    def check(self, resource: Resource, olds: Map, news: Map) -> Checked:
        """Validate and complete a resource's inputs."""
        ...

    def diff(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Difference:
        """Compare what is with what is asked for."""
        ...

    def create(self, resource: Resource, inputs: Map) -> State:
        """Create the resource, or foretell its outputs at preview."""
        ...

    def read(self, resource: Resource, state: Map, inputs: Map) -> State:
        """Read the resource as it is now."""
        ...

    def update(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Map:
        """Update in place and return the new properties, or foretell them at preview."""
        ...

    def delete(self, resource: Resource, state: Map) -> None:
        """Delete the resource."""
        ...

    def invoke(self, token: str, args: Map) -> Map:
        """Answer a function."""
        ...

    def cancel(self) -> None:
        """Give up waiting: the user has interrupted the engine."""
        ...
