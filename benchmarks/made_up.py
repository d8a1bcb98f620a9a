"""Registries of any size, made up of plugins that ask for everything a plugin can ask for."""

import json

WITH_DATABASE = 200
"""Plugins with a schema: more would break the connection budget of one shard, and planning would refuse them."""


def registry_text(plugins: int) -> str:
    """A registry with base-svc and this many plugins, as YAML (JSON is YAML)."""
    entries = {"base-svc": _base_service()} | {f"plugin-{index:04d}": _plugin(index) for index in range(plugins)}
    return json.dumps({"plugins": entries}, indent=1)


def made_up_image(name: str, version: str = "1.0.0") -> str:
    """An image that nobody pulls."""
    return f"registry.example/{name}:{version}@sha256:{'0' * 64}"


def _base_service() -> dict[str, object]:
    return {
        "version": "1.0.0",
        "core": True,
        "image": made_up_image("base-svc"),
        "port": 4000,
        "apiPrefix": "/api/v1",
        "catchAll": True,
        "resources": {"cpu": "500m", "memory": "1Gi"},
    }


def _plugin(index: int) -> dict[str, object]:
    name = f"plugin-{index:04d}"
    return {
        "version": "1.0.0",
        "image": made_up_image(name),
        "port": 10_000 + index,
        "apiPrefix": f"/api/v1/{name}",
        "share": 0.001,
        "resources": {"cpu": "250m", "memory": "256Mi"},
        "frontend": {"bundle": f"{name}.js", "routes": [f"/{name}"]},
        **({"database": {"schema": f"plugin_{index:04d}", "poolSize": 1, "shard": 0}} if index < WITH_DATABASE else {}),
    }
