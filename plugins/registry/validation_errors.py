"""Turns what pydantic says about an entry into problems that a person can mend."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sized
from typing import Any, TypeAlias, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from planning.inputs.problem import Problem
from plugins.registry.entry import Entry
from plugins.registry.field_types import IN_WORDS

HIDDEN = "(not shown: may be secret)"
MAX_SHOWN = 100
Parts: TypeAlias = tuple[str, object, str, str]
"""Field, value, rule and fix: a problem of an entry, before it is known which file and entry."""
_SECRETIVE = frozenset({"env", "secrets", "derivedSecrets"})
_QUOTABLE = (bool, int, float)


def shown(value: object) -> str:
    """A value in an error: one line, shortened, printable on any terminal."""
    text = value if isinstance(value, str) else _literal(value)
    clean = "".join(char if char.isprintable() else "?" for char in text[: MAX_SHOWN + 1])
    return clean if len(clean) <= MAX_SHOWN else clean[:MAX_SHOWN] + "..."


def _literal(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return type(value).__name__


def entry_problems(error: ValidationError, *, file: str, entry: str) -> Iterator[Problem]:
    """One problem for each thing that pydantic found wrong in an entry."""
    for item in error.errors(include_url=False):
        where = item["loc"]
        path = tuple(str(part) for part in where if part != "[key]")
        kind = str(item["type"])
        if kind == "extra_forbidden":
            yield _unknown(path, file, entry)
            continue
        model, field = _described(path)
        missing = kind == "missing"
        hidden = bool(path) and path[0] in _SECRETIVE and not missing
        example = (field.examples or [""])[0] if field else ""
        yield Problem(
            file=file,
            entry=entry,
            field=".".join(path),
            value=_value(item["input"], missing=missing, hidden=hidden),
            rule=". ".join(filter(None, (_rule(item), (field.description or "") if field else ""))),
            fix=_fix(kind, item["input"], path, example, model),
        )


def _value(value: object, *, missing: bool, hidden: bool) -> str:
    if missing:
        return "(missing)"
    return HIDDEN if hidden else shown(value)


def _rule(item: ErrorDetails) -> str:
    if item["type"] == "missing":
        return "required"
    if item["type"] == "string_pattern_mismatch":
        return IN_WORDS[item.get("ctx", {})["pattern"]]
    return item["msg"].removeprefix("Value error, ")


def _fix(kind: str, value: object, path: tuple[str, ...], example: object, model: type[BaseModel]) -> str:
    name = next((part for part in reversed(path) if not part.isdigit()), "")
    if kind == "string_type" and isinstance(value, _QUOTABLE):
        return f'put it in quotes: {name}: "{shown(value)}"'
    if kind == "too_long":
        return f"there are {len(cast('Sized', value))}: leave some out"
    if kind == "model_type":
        known = ", ".join(_known(model))
        return f"write a mapping with some of: {known}"
    return f"write for example {name}: {_yaml_inline(example)}" if example not in ("", None) else "see the schema"


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
