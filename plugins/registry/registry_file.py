"""The whole of plugins/registry.yaml, as editors check it."""

from typing import Annotated, Any, cast

from pydantic import Field

from planning.inputs.field_types import Name, Section
from planning.inputs.registry.entry import Entry


class RegistryFile(Section):
    """The whole file."""

    plugins: Annotated[
        dict[Name, Entry],
        Field(
            description="Entries by name: a DNS label of at most 32 characters.",
            examples=[{"hello": {"version": "1.0.0", "frontend": {"bundle": "hello.js"}}}],
        ),
    ]


def json_schema() -> dict[str, Any]:
    """JSON Schema of the file, for editors."""
    found = RegistryFile.model_json_schema(by_alias=True)
    _close(found)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "NaaP plugin registry", **found}


def _close(node: Any) -> None:
    """Refuses keys of other patterns: pydantic does, and leaves it out of the schema."""
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            _close(item)
    elif isinstance(node, dict):
        stated = cast("dict[str, Any]", node)
        if "patternProperties" in stated:
            stated["additionalProperties"] = False
        for item in stated.values():
            _close(item)
