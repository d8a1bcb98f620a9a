"""Values in a manifest that nobody should read: it is committed, and stands in a ConfigMap."""

import json
from collections.abc import Mapping
from typing import Any, cast

from planning.inputs.problem import HIDDEN
from planning.plugin.process_environment import RESERVED
from plugins.registry.secret_values import looks_secret, shown


def open_secrets(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths of the values that look like secrets; of the variables under backend.env also of the platform's own."""
    found: list[str] = []
    _kept(manifest, "", found)
    return tuple(found)


def without_secrets(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The manifest without these values."""
    return cast("Mapping[str, Any]", _kept(manifest, "", []))


def open_value(value: object) -> str:
    """A value, or what stands in a name's place, as people may read it: one that looks like a secret isn't shown."""
    found: list[str] = []
    _kept([value], "", found)
    return (
        HIDDEN if found else shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) or '""'
    )


def _kept(value: object, path: str, found: list[str]) -> object:
    """What is left of a value without the secrets within; their paths go to `found`."""
    if path == "backend.env" and isinstance(value, (Mapping, list)):
        stated = variables(cast("object", value))
        found += [f"{path}.{open_value(name)}" for _, name, inner in stated if _gives_away(name, inner)]
        kept = [item for item, name, inner in stated if not _gives_away(name, inner)]
        return dict(kept) if isinstance(value, Mapping) else kept
    if isinstance(value, Mapping):
        left: dict[str, object] = {}
        for key, inner in cast("Mapping[str, object]", value).items():
            within = ".".join(filter(None, (path, key)))
            if _secret_text(key, inner):
                found.append(HIDDEN if looks_secret("", key) else within)
            else:
                left[key] = _kept(inner, within, found)
        return left
    if isinstance(value, list):
        items = cast("list[object]", value)
        found += [path for item in items if _secret_text("", item)]
        return [_kept(item, path, found) for item in items if not _secret_text("", item)]
    return value


def _secret_text(name: str, value: object) -> bool:
    # Under a secret's name only a text is one: "password": {"type": "string"} describes what people fill in.
    return looks_secret("", name) or (isinstance(value, str) and bool(value) and looks_secret(name.upper(), value))


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
