"""A plugin.json as its author wrote it: read without trust, kept verbatim."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from console.files import read_bytes, shown_path
from planning.inputs.problem import HIDDEN, InvalidInputError, Problem, refusal
from plugins.registry.manifest_secrets import open_secrets

MAX_BYTES = 256_000
"""A ConfigMap holds 1 MiB, and the largest real manifest 4 KB."""
_MAX_DEPTH = 30


_ENDING = ".plugin.json"


def manifest_path(folder: Path, name: str) -> Path:
    """Where the manifest of an entry is kept, beside the registry."""
    return folder / "manifests" / f"{name}{_ENDING}"


def manifest_names(folder: Path) -> list[str]:
    """Names of the entries whose manifests are kept there."""
    return sorted(path.name.removesuffix(_ENDING) for path in (folder / "manifests").glob(f"*{_ENDING}"))


def read_manifest(path: Path) -> Mapping[str, Any]:
    """The manifest in a file. Raises InvalidInputError with what makes it no manifest, or not one to be kept."""
    file = shown_path(path)
    found = parse_manifest(read_bytes(path, limit=MAX_BYTES), file=file)
    rule = "no secret in a manifest that is kept, nor a variable of the platform's: it is read by everyone"
    fix = "remove it there, list a secret's name in the entry, set it with pulumi config set --secret, and rotate it"
    problems = [
        Problem(file=file, entry="", field=name, value=HIDDEN, rule=rule, fix=fix) for name in open_secrets(found)
    ]
    if problems:
        raise InvalidInputError(problems)
    return found


def parse_manifest(data: bytes, *, file: str) -> Mapping[str, Any]:
    """The object in a manifest's bytes. Raises InvalidInputError."""
    fix = "correct it; a JSON formatter finds the place"
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise refusal(
            file=file, value=f"byte {error.start} is not UTF-8", rule="UTF-8 text", fix="save it as UTF-8"
        ) from None
    except json.JSONDecodeError as error:
        raise refusal(file=file, value=f"line {error.lineno}: {error.msg}", rule="valid JSON", fix=fix) from None
    except RecursionError:
        raise refusal(file=file, value="nested too deep", rule=f"at most {_MAX_DEPTH} levels", fix=fix) from None
    except ValueError as error:
        raise refusal(file=file, value=str(error)[:120], rule="valid JSON with each key once", fix=fix) from None
    if not isinstance(value, dict):
        raise refusal(
            file=file, value=type(value).__name__, rule="one JSON object", fix="give the path of a plugin.json"
        )
    found = cast("Mapping[str, Any]", value)
    _check(found, file, 0)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {twice!a} stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _check(value: object, file: str, depth: int) -> None:
    """Text must be encodable, and numbers finite: the manifest is written into a ConfigMap again."""
    if depth > _MAX_DEPTH:
        raise refusal(file=file, value="nested too deep", rule=f"at most {_MAX_DEPTH} levels", fix="flatten it")
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise refusal(
                file=file, value=ascii(value)[:60], rule="valid Unicode text", fix="remove the lone surrogate"
            )
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            raise refusal(
                file=file,
                value="a number beyond 1e308",
                rule="numbers that a double can hold",
                fix="write a smaller one",
            )
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            _check(item, file, depth + 1)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            _check(key, file, depth)
            _check(item, file, depth + 1)
