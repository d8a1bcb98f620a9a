"""A field of an entry is written once: what the file states is what plans read."""

from pathlib import Path
from typing import Any

import pytest

from planning.inputs.problem import Problems
from planning.inputs.registry.entry import Entry
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec
from plugins.registry.parse import load_registry, parse_entries
from tests.plugins.registries import REGISTRY

KNOWN_BY_THEN = {"display_name", "image", "port", "api_prefix"}
"""People may leave them out; a plan of a plugin, or of one with a backend, has them."""
PASSED_THROUGH = sorted(Entry.model_fields.keys() - KNOWN_BY_THEN)
ENTRIES = parse_entries(REGISTRY.read_text(), file="registry.yaml", problems=Problems()).by_name
PLANNED = load_registry(Path(REGISTRY), production=True).by_name


def declaring(field: str) -> list[type]:
    kinds: tuple[type, ...] = (Entry, PluginSpec, BackendSpec)
    return [kind for kind in kinds if field in vars(kind)["__annotations__"]]


@pytest.mark.parametrize("field", PASSED_THROUGH)
def test_a_field_that_is_passed_through_is_declared_in_exactly_one_class(field: str) -> None:
    assert declaring(field) == [Entry]


@pytest.mark.parametrize("field", Entry.model_fields)
def test_plans_read_what_the_file_states(field: str) -> None:
    stated = {name: value for name, entry in ENTRIES.items() if (value := _of(entry, field)) is not None}
    assert {name: _of(PLANNED[name], field) for name in stated} == stated


def test_an_entry_is_known_to_have_a_backend_or_not_to() -> None:
    assert {name for name, spec in PLANNED.items() if spec.backend} == {
        name for name, entry in ENTRIES.items() if entry.image
    }
    assert all(spec.backend in (spec, None) for spec in PLANNED.values())


def _of(entry: Entry, field: str) -> Any:
    value = getattr(entry, field)
    # The one derived part of a section: targets get the port that they leave out.
    return value.calls if field == "network" else value
