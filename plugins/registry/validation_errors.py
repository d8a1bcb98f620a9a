"""Turns what pydantic says about an entry into problems that a person can mend."""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sized
from typing import Any, TypeAlias, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from planning.inputs.field_types import IN_WORDS
from planning.inputs.problem import HIDDEN, Problem
from planning.inputs.registry.entry import Entry
from plugins.registry.plain_scalar import kind_of
from plugins.registry.secret_values import MAX_SHOWN, open_path, reads_secrets, shown

Parts: TypeAlias = tuple[str, object, str, str]
"""Field, value, rule and fix: a problem of an entry, before it is known which file and entry."""
_QUOTABLE = (bool, int, float, dt.date)
_NUMBERS = frozenset({"int_type", "float_type", "bool_type"})


def entry_problems(error: ValidationError, *, file: str, entry: str) -> Iterator[Problem]:
    """One problem for each thing that pydantic found wrong in an entry."""
    for item in error.errors(include_url=False):
        stated = tuple(str(part) for part in item["loc"] if part != "[key]")
        path = open_path(stated)
        kind = str(item["type"])
        if kind == "extra_forbidden":
            yield _unknown(path, file, entry)
            continue
        model, field = _described(path)
        missing = kind == "missing"
        source = shown(item["input"])
        hidden = not missing and (reads_secrets(stated) or source == HIDDEN)
        yield Problem(
            file=file,
            entry=entry,
            field=".".join(path),
            value="(missing)" if missing else HIDDEN if hidden else source,
            rule=". ".join(filter(None, (_rule(item, hidden=hidden), (field.description or "") if field else ""))),
            fix=_fix(item, "" if hidden else source, path, field, model),
        )


def _rule(item: ErrorDetails, *, hidden: bool) -> str:
    if item["type"] == "missing":
        return "required"
    if item["type"] == "string_pattern_mismatch":
        return IN_WORDS[item.get("ctx", {})["pattern"]]
    if item["type"] == "tuple_type":
        return "Input should be a valid list"
    if hidden and item["type"] == "value_error":
        # Written by a check that may quote the value.
        return ""
    return item["msg"].removeprefix("Value error, ")


def _fix(item: ErrorDetails, source: str, path: tuple[str, ...], field: Any, model: type[BaseModel]) -> str:
    """The way out. source: the value as it is written, where it may be shown."""
    kind, value = item["type"], item["input"]
    name = next((part for part in reversed(path) if not part.isdigit()), "")
    whole = bool(source) and len(source) < MAX_SHOWN
    if kind == "string_type" and isinstance(value, _QUOTABLE):
        return f'put it in quotes: {name}: "{source}"' if whole else "put it in quotes"
    if kind in _NUMBERS and isinstance(value, str) and whole and kind_of(value) in ("int", "float", "bool"):
        return f"remove the quotes: {name}: {source}"
    if kind == "too_long":
        return f"there are {len(cast('Sized', value))}: leave some out"
    if kind == "model_type":
        known = ", ".join(_known(model))
        return f"write a mapping with some of: {known}"
    example = (field.examples or [""])[0] if field else ""
    if example in ("", None):
        return "see the schema"
    return f"write for example {field.alias or name}: {_yaml_inline(example)}"


def _yaml_inline(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml_inline(item) for item in cast("list[object]", value)) + "]"
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return "{" + ", ".join(f"{key}: {_yaml_inline(item)}" for key, item in pairs) + "}"
    return str(value)


def _unknown(path: tuple[str, ...], file: str, entry: str) -> Problem:
    model, _ = _described(path[:-1])
    known = _known(model)
    near = difflib.get_close_matches(path[-1], known, n=1)
    return Problem(
        file=file,
        entry=entry,
        field=".".join(path),
        value="(unknown field)",
        rule=f"only known fields: {', '.join(known)}",
        fix=f"did you mean {near[0]}?" if near else "remove it, or correct its name",
    )


def _known(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _described(path: tuple[str, ...]) -> tuple[type[BaseModel], Any]:
    """The model that a path ends in, and the last field on the way that is described."""
    model: type[BaseModel] = Entry
    field: Any = None
    for part in path:
        found = next((item for name, item in model.model_fields.items() if part in (item.alias, name)), None)
        if found is None:
            continue
        field = found
        inner = _model_in(found.annotation)
        if inner:
            model = inner
    return model, field


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        inner = _model_in(part)
        if inner:
            return inner
    return None
