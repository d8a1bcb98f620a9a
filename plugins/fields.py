"""Kinds of value that registry fields are made of: each with the pattern or bounds that its user demands."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from planning.naming import MAX_PLUGIN_NAME

NAME_PATTERN = rf"^[a-z]([a-z0-9-]{{0,{MAX_PLUGIN_NAME - 2}}}[a-z0-9])?$"
"""An RFC 1035 label, short enough for every suffix that objects, roles and users add to it."""
VERSION_PATTERN = (
    r"^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]{1,40})?(\+[0-9A-Za-z.-]{1,40})?$"
)
PREFIX_PATTERN = r"^(/[a-z0-9][a-z0-9._-]{0,62}){1,8}$"
PATH_PATTERN = r"^(/[A-Za-z0-9_][A-Za-z0-9._~-]{0,62}){1,8}$"
ROUTE_PATTERN = r"^/$|^(/[A-Za-z0-9:_][A-Za-z0-9:._~-]{0,62}){0,8}(/\*)?$"
IMAGE_PATTERN = (
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{2,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+"
    r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?$"
)
SCHEMA_PATTERN = r"^[a-z_][a-z0-9_]{0,52}$"
"""PostgreSQL allows 63; archiving adds `__archived`."""
TABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
ENV_PATTERN = r"^[A-Z][A-Z0-9_]{0,62}$"
FIRST_FREE_PORT = 1024
"""Below it only root may listen."""
MAX_ENV_VALUE = 4096
MAX_ROUTE = 128
LINE_PATTERN = r"^[^\x00-\x1f\x7f]+$"

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Line = Annotated[str, Field(pattern=LINE_PATTERN, min_length=1, max_length=80)]
Prefix = Annotated[str, Field(pattern=PREFIX_PATTERN, max_length=128)]
Path = Annotated[str, Field(pattern=PATH_PATTERN, max_length=128)]
Route = Annotated[str, Field(pattern=ROUTE_PATTERN, min_length=1, max_length=MAX_ROUTE)]
EnvName = Annotated[str, Field(pattern=ENV_PATTERN)]
EnvValue = Annotated[str, Field(max_length=MAX_ENV_VALUE, pattern=r"^[^\x00]*$")]
Cpu = Annotated[str, Field(pattern=r"^[1-9]\d{1,4}m$")]
Memory = Annotated[str, Field(pattern=r"^[1-9]\d{0,5}(Mi|Gi)$")]


class Section(BaseModel):
    """What every part of an entry is: strict types, no unknown field, camelCase names, unchangeable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        # Pydantic copies a default for each entry; what can't change need not be copied.
        return self


def millicores(cpu: str) -> int:
    """250 for "250m"."""
    return int(cpu.removesuffix("m"))


def mebibytes(memory: str) -> int:
    """256 for "256Mi", 1024 for "1Gi"."""
    number = int(memory[:-2])
    return number * 1024 if memory.endswith("Gi") else number
