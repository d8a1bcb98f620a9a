"""What the pulumi_aws SDK says of a property: its type, whether it is required, its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "asset", "archive", "anything"]


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """A plain value."""

    kind: Kind


@dataclass(frozen=True, kw_only=True)
class ListOf:
    """A list of one type."""

    element: Type


@dataclass(frozen=True, kw_only=True)
class MapOf:
    """A map from text to one type."""

    element: Type


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """Any of several types."""

    choices: tuple[Type, ...]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A class of the SDK by name; `Sdk.resolve` tells what it holds."""

    package: str  # the SDK's folder, as "eks"; "" for its root
    name: str


Type: TypeAlias = Scalar | ListOf | MapOf | OneOf | Named


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property under its name on the wire."""

    name: str
    type: Type
    required: bool
    doc: str = ""


@dataclass(frozen=True, kw_only=True)
class ObjectType:
    """A nested object of the SDK."""

    name: str
    properties: Mapping[str, Property]


@dataclass(frozen=True, kw_only=True)
class EnumType:
    """Texts of which one must be given."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """A resource: what goes in and what comes out."""

    token: str
    inputs: ObjectType
    outputs: ObjectType

    @property
    def kind(self) -> str:
        """The token's middle, as `rds/instance`: the key of every table here."""
        return self.token.split(":")[1]


@dataclass(frozen=True, kw_only=True)
class FunctionType:
    """A function: its arguments and the fields of its result."""

    token: str
    arguments: ObjectType
    result: ObjectType
