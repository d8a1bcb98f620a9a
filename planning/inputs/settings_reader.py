"""The reading of settings: what an error says of a key, which never shows a secret."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from planning.inputs.assumptions import assumption_problem
from planning.inputs.problem import HIDDEN, InvalidInputError, Problem
from planning.inputs.settings import Settings

SECRET_KEYS = ("rootSecret", "secrets")


def parse_settings(raw: Mapping[str, Any], file: str) -> Settings:
    """Settings from the `naap:` keys (without the prefix).

    Raises InvalidInputError naming every bad key, the rule and the fix. Values of secret keys are left out.
    """
    stated = {key: value for key, value in raw.items() if key not in SECRET_KEYS}
    try:
        return Settings.model_validate(stated)
    except ValidationError as error:
        raise InvalidInputError(_problem(item, file) for item in error.errors()) from None


def _problem(item: Any, file: str) -> Problem:
    where = cast("tuple[str | int, ...]", item["loc"])
    key = "naap:" + ".".join(str(part) for part in where)
    kind = str(item["type"])
    first, *nested = where
    if first == "assumptions" and nested:
        return assumption_problem(str(nested[0]), str(item["msg"]), item["input"], file)
    if kind == "extra_forbidden":
        known = ", ".join(sorted(field.alias or name for name, field in Settings.model_fields.items()))
        return Problem(
            file=file,
            entry="config",
            field=key,
            value=HIDDEN,
            rule=f"only known settings: {known}",
            fix=f"correct the name, or remove it: pulumi config rm {key}",
        )
    if isinstance(item["input"], Mapping) and "secure" in item["input"]:
        return Problem(
            file=file,
            entry="config",
            field=key,
            value=HIDDEN,
            rule=f"settings stand in the open; only {' and '.join(SECRET_KEYS)} are encrypted",
            fix=f"pulumi config set --plaintext {key} <value>",
        )
    description = Settings.model_fields[_field_name(str(first))].description or ""
    missing = kind == "missing"
    return Problem(
        file=file,
        entry="config",
        field=key,
        value="(missing)" if missing or item["input"] == () else _shown(item["input"]),
        rule=f"{str(item['msg']).removeprefix('Value error, ')}. {description}",
        fix=f"pulumi config set {_path(where, item['input'])} <value>",
    )


def _path(where: Sequence[str | int], value: object) -> str:
    """As `pulumi config set` takes it: a list is set element by element."""
    elements = where if where[1:] else (*where, 0) if isinstance(value, list | tuple) else where
    path = "naap:" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in elements).lstrip(".")
    return f"--path '{path}'" if elements[1:] else path


def _shown(value: object) -> str:
    """A value as YAML has it; text in quotes, so that a blank at its end is seen."""
    if isinstance(value, Mapping):
        return HIDDEN
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _field_name(alias: str) -> str:
    return next(name for name, field in Settings.model_fields.items() if alias in (name, field.alias))
