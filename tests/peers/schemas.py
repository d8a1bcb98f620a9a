"""JSON schemas for kubeconform, from what the real API server says of every kind that it serves."""

import json
from pathlib import Path
from typing import Any, cast

from rehearsal.control_plane.kube_api import KubeApi

KINDS = "x-kubernetes-group-version-kind"
TEMPLATE = "{{ .ResourceKind }}-{{ .Group }}-{{ .ResourceAPIVersion }}.json"
"""kubeconform's pattern for the names of the files."""


def write_schemas(api: KubeApi, folder: Path) -> str:
    """Writes a schema for each kind; gives kubeconform's --schema-location."""
    for path in api.request("GET", "/openapi/v3")["paths"]:
        document = api.request("GET", f"/openapi/v3/{path}")
        schemas = cast("dict[str, Any]", document.get("components", {}).get("schemas", {}))
        closed = {name: _closed(schema) for name, schema in schemas.items()}
        for name, schema in schemas.items():
            for kind in schema.get(KINDS, []):
                _write(folder, kind, name, closed)
    return f"{folder}/{TEMPLATE}"


def _write(folder: Path, kind: dict[str, str], name: str, schemas: dict[str, Any]) -> None:
    group = kind["group"] or kind["version"]  # kubeconform's word for the core group is its version
    file = folder / f"{kind['kind'].lower()}-{group}-{kind['version']}.json"
    file.write_text(json.dumps({"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}))


def _closed(schema: Any) -> Any:
    """The schema, refusing fields that it doesn't name, unless it says that it keeps them."""
    if isinstance(schema, list):
        return [_closed(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    found = {key: _closed(value) for key, value in cast("dict[str, Any]", schema).items()}
    if "properties" in found and not found.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    return found
