"""Registries for tests: a small good one, and ways to spoil it."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.registry_entry import Registry
from plugins.registry.parse import parse_registry

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "plugins" / "registry.yaml"
MANIFESTS = ROOT / "plugins" / "manifests"
DIGEST = "sha256:" + "a" * 64


def backend(name: str, port: int, **more: Any) -> dict[str, Any]:
    """The shortest entry with a backend."""
    return {
        "version": "1.0.0",
        "image": f"ghcr.io/livepeer/naap-{name}:1.0.0@{DIGEST}",
        "port": port,
        "apiPrefix": f"/api/v1/{name}",
        **more,
    }


GOOD: Mapping[str, Any] = {
    "base-svc": backend(
        "base-svc",
        4000,
        core=True,
        apiPrefix="/api/v1",
        catchAll=True,
        ownPaths=["/auth"],
        database={"schema": "public", "shard": 0},
    ),
    "alpha": backend("alpha", 4001, database={"schema": "plugin_alpha", "shard": 0}, network={"calls": ["base-svc"]}),
    "beta": backend("beta", 4002),
    "gamma": {"version": "1.0.0", "frontend": {"bundle": "gamma.js", "routes": ["/gamma"]}},
}


def good() -> dict[str, Any]:
    """A copy to spoil."""
    return copy.deepcopy(dict(GOOD))


def changed(entry: str, **fields: Any) -> dict[str, Any]:
    """The good registry with fields of one entry set; None removes a field."""
    found = good()
    found.setdefault(entry, {}).update(fields)
    found[entry] = {key: value for key, value in found[entry].items() if value is not None}
    return found


def text_of(entries: object) -> str:
    """YAML of a registry."""
    return yaml.safe_dump({"plugins": entries}, sort_keys=False)


def parsed(entries: object, *, production: bool = True) -> Registry:
    """What the loader makes of it."""
    return parse_registry(text_of(entries), file="registry.yaml", folder=Path("/nowhere"), production=production)


def problems_of(entries: object, *, production: bool = True) -> tuple[Problem, ...]:
    """What the loader finds wrong with it."""
    try:
        parsed(entries, production=production)
    except InvalidInputError as error:
        return error.problems
    return ()
