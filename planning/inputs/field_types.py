"""Kinds of value that registry fields are made of: each with the pattern or bounds that its user demands."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from planning.inputs.text_values import tag_value, visible_name
from planning.shared.naming import MAX_PLUGIN_NAME

NAME_PATTERN = rf"^[a-z]([a-z0-9-]{{0,{MAX_PLUGIN_NAME - 2}}}[a-z0-9])?$"
"""An RFC 1035 label, short enough for every suffix that objects, roles and users add to it."""
VERSION_PATTERN = (
    r"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(-[0-9A-Za-z.-]{1,40})?(\+[0-9A-Za-z.-]{1,40})?$"
)
PREFIX_PATTERN = r"^/$|^(/[a-z0-9][a-z0-9._-]{0,62}){1,8}$"
PATH_PATTERN = r"^(/[A-Za-z0-9_][A-Za-z0-9._~-]{0,62}){1,8}$"
ROUTE_PATTERN = r"^/$|^(/[A-Za-z0-9:_][A-Za-z0-9:._~-]{0,62}){0,8}(/\*)?$"
IMAGE_PATTERN = (
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{2,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+"
    r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?$"
)
SCHEMA_PATTERN = r"^[a-z_][a-z0-9_]{0,52}$"
"""PostgreSQL allows 63; archiving adds `__archived`."""
TABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
ENV_PATTERN = r"^[A-Z][A-Z0-9_]{0,62}$"
FIRST_FREE_PORT = 1024
"""Below it only root may listen."""
MAX_ENV_VALUE = 4096
MAX_IMAGE = 400
MAX_PATH = 128
MAX_ROUTE = 128
MAX_LABEL = 80
LINE_PATTERN = r"^[^\x00-\x1f\x7f]+$"
VALUE_PATTERN = r"^[^\x00]*$"
CPU_PATTERN = r"^[1-9][0-9]{1,4}m$"
MEMORY_PATTERN = r"^[1-9][0-9]{0,5}(Mi|Gi)$"
BUNDLE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.js$"
INTEGRITY_PATTERN = r"^sha384-[A-Za-z0-9+/]{64}$"
_DOMAIN = r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?(:[0-9]{1,5})?"
HOST_PATTERN = rf"^{_DOMAIN}$"
SOURCE_PATTERN = rf"^(wss://)?{_DOMAIN}$"
HASH_PATTERN = r"^(sha256-[A-Za-z0-9+/]{43}=|sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}==)$"
FILE_PATTERN = r"^(/[A-Za-z0-9_][A-Za-z0-9._-]{0,62}){1,8}$"
ARCHIVE_PATTERN = r"^archives/[a-z0-9-]{1,63}/[a-z0-9_]{1,63}-[0-9a-f]{64}\.dump$"

IN_WORDS: Mapping[str, str] = {
    NAME_PATTERN: f"a-z first, then a-z, 0-9 and hyphens, no hyphen at the end, at most {MAX_PLUGIN_NAME} characters",
    VERSION_PATTERN: "three numbers with dots between them, as in 1.0.0; a pre-release may follow, as in 1.0.0-rc.1",
    PREFIX_PATTERN: "a slash alone, or one to eight segments, each a slash and then a-z, 0-9, "
    "dots, underscores or hyphens",
    PATH_PATTERN: "one to eight segments, each a slash and then letters, digits, dots, underscores, tildes or hyphens",
    ROUTE_PATTERN: "a slash, or segments like /wallet or /:id; the last one may be /*",
    IMAGE_PATTERN: "registry/name:tag, in lower case before the tag; a digest follows as @sha256: and 64 hex digits",
    SCHEMA_PATTERN: "a-z or an underscore first, then a-z, 0-9 and underscores, at most 53 characters",
    TABLE_PATTERN: "a letter or an underscore first, then letters, digits and underscores, at most 63 characters",
    ENV_PATTERN: "A-Z first, then A-Z, 0-9 and underscores, at most 63 characters",
    LINE_PATTERN: "one line of text",
    VALUE_PATTERN: "text without null characters",
    CPU_PATTERN: "millicores, as in 250m",
    MEMORY_PATTERN: "whole mebibytes or gibibytes, as in 256Mi or 1Gi",
    BUNDLE_PATTERN: "the name of a .js file, without folders",
    INTEGRITY_PATTERN: "sha384- and 64 characters of base64",
    HOST_PATTERN: "a host as in lvpr.tv, without https:// and path; *. before two parts or more stands for all "
    "below it",
    SOURCE_PATTERN: "a host as in api.example.com, without https:// and path, or with wss:// before it; *. before two "
    "parts or more stands for all below it",
    HASH_PATTERN: "sha256-, sha384- or sha512- and the hash in base64, as browsers name it when they refuse the script",
    FILE_PATTERN: "the absolute path of a file, of letters, digits, dots, underscores and hyphens",
    ARCHIVE_PATTERN: "archives/, the plugin, a slash, the schema, a hyphen, 64 hex digits and .dump",
}
"""What each pattern demands, for people."""

Architecture = Literal["arm64", "amd64"]
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Label = Annotated[str, Field(pattern=LINE_PATTERN, min_length=1, max_length=MAX_LABEL), AfterValidator(visible_name)]
"""Text that people read on a page."""
Tag = Annotated[str, Field(pattern=LINE_PATTERN, min_length=1, max_length=80), AfterValidator(tag_value)]
Prefix = Annotated[str, Field(pattern=PREFIX_PATTERN, max_length=128)]
Path = Annotated[str, Field(pattern=PATH_PATTERN, max_length=MAX_PATH)]
Route = Annotated[str, Field(pattern=ROUTE_PATTERN, min_length=1, max_length=MAX_ROUTE)]
EnvName = Annotated[str, Field(pattern=ENV_PATTERN)]
EnvValue = Annotated[str, Field(max_length=MAX_ENV_VALUE, pattern=VALUE_PATTERN)]
Cpu = Annotated[str, Field(pattern=CPU_PATTERN)]
Memory = Annotated[str, Field(pattern=MEMORY_PATTERN)]
File = Annotated[str, Field(pattern=FILE_PATTERN, max_length=128)]


class Section(BaseModel):
    """What every part of an entry is: strict types, no unknown field, camelCase names in YAML, unchangeable."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

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
