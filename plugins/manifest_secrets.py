"""Values in a manifest that nobody should read: it is committed, and stands in a ConfigMap."""

import json
from collections.abc import Mapping
from typing import Any, cast

from planning.environment import RESERVED
from plugins.pod_rules import looks_secret
from plugins.report import HIDDEN, shown


def open_secrets(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the variables under backend.env that are the platform's or look like secrets, and have a value."""
    return tuple(open_value(name) for _, name, value in variables(_env(manifest)) if _gives_away(name, value))


def open_value(value: object) -> str:
    """A value, or what stands in a name's place, as people may read it: one that looks like a secret isn't shown."""
    text = value if isinstance(value, str) else json.dumps(value)
    return HIDDEN if looks_secret("", text) else shown(value) or '""'


def without_secrets(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The manifest without these variables."""
    env = _env(manifest)
    kept = [item for item, name, value in variables(env) if not _gives_away(name, value)]
    return {**manifest, "backend": {**manifest["backend"], "env": dict(kept) if isinstance(env, Mapping) else kept}}


def _env(manifest: Mapping[str, Any]) -> object:
    backend = manifest.get("backend")
    return cast("Mapping[str, object]", backend).get("env") if isinstance(backend, Mapping) else None


def variables(env: object) -> list[tuple[Any, str, Any]]:
    """Each item of a mapping or a list (NAME, NAME=value or an object), with its name and its value."""
    if isinstance(env, Mapping):
        return [(pair, *pair) for pair in cast("Mapping[str, object]", env).items()]
    return [(item, *_listed(item)) for item in cast("list[object]", env)] if isinstance(env, list) else []


def _listed(item: object) -> tuple[str, object]:
    if isinstance(item, Mapping):
        variable = cast("Mapping[str, object]", item)
        rest = {key: value for key, value in variable.items() if key != "name"}
        return str(variable.get("name", "")), rest["value"] if rest.keys() == {"value"} else rest
    name, stated, value = str(item).partition("=")
    return name, value if stated else None


def _gives_away(name: str, value: object) -> bool:
    if value in (None, "", {}):
        return looks_secret("", name)
    text = value if isinstance(value, str) else json.dumps(value)
    return name in RESERVED or looks_secret(name.upper(), text) or looks_secret("", name)
