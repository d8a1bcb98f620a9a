"""What the shell loads in a browser: the list of plugins, a pointer for each, and where the bundles lie."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from planning.inputs.deploy_order import DeployOrder
from planning.inputs.registry.frontend import Frontend
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.settings import Settings

FORMAT = 1
"""Of registry.json and the pointers; a shell refuses one that it doesn't know."""

BUNDLES = "bundles"
"""Not `plugins`: that prefix of the site is the plugin server's API."""

REGISTRY_KEY = f"{BUNDLES}/registry.json"
SHORT_CACHE = "public, max-age=60, stale-while-revalidate=300"
"""A rollback reaches every browser within a minute; the CDN answers from what it has while it asks again."""

IMMUTABLE_CACHE = "public, max-age=31536000, immutable"
"""Of the bundles, which CI uploads: a version's files never change."""


@dataclass(frozen=True, kw_only=True)
class ObjectPlan:
    """A JSON document in the assets bucket."""

    key: str
    content: str
    cache_control: str


@dataclass(frozen=True, kw_only=True)
class ShellDocumentsPlan:
    """registry: one document that lists them all. pointers: by plugin, so that a rollback is one line of one entry."""

    registry: ObjectPlan
    pointers: Mapping[str, ObjectPlan]


def plan_shell_documents(
    *, registry: Registry, settings: Settings, order: DeployOrder | None = None
) -> ShellDocumentsPlan:
    """The documents of every plugin that is served and has a bundle, the list by name.

    order: of one plugin; in the list, all others stay as they are.
    """
    entries = {
        plugin.name: _entry(plugin, plugin.frontend, settings)
        for plugin in registry.plugins
        if plugin.frontend and plugin.lifecycle.serves
    }
    listed = entries
    if order:
        others = {each["name"]: each for each in order.shell_list if each["name"] != order.plugin}
        listed = others | {name: entry for name, entry in entries.items() if name == order.plugin}
    return ShellDocumentsPlan(
        registry=ObjectPlan(
            key=REGISTRY_KEY,
            content=_json({"format": FORMAT, "plugins": [listed[name] for name in sorted(listed)]}),
            cache_control=SHORT_CACHE,
        ),
        pointers={
            name: ObjectPlan(
                key=f"{BUNDLES}/{name}/current.json",
                content=_json({"format": FORMAT, **entry}),
                cache_control=SHORT_CACHE,
            )
            for name, entry in entries.items()
        },
    )


def bundle_key(plugin: str, version: str, bundle: str) -> str:
    """Where a version's bundle lies in the assets bucket; quoted, also its path below the site's root."""
    return f"{BUNDLES}/{plugin}/{version}/{PurePosixPath(bundle).name}"


def styles_key(plugin: str, version: str, bundle: str) -> str:
    """Where the style sheet of a version lies, if it has one: beside its bundle, under the same name."""
    return bundle_key(plugin, version, str(PurePosixPath(bundle).with_suffix(".css")))


def _entry(plugin: PluginSpec, frontend: Frontend, settings: Settings) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": plugin.name,
        "displayName": plugin.display_name,
        "version": plugin.version,
        # Quoted: S3 reads a plus sign, which a version may have, as a space.
        "bundleUrl": f"https://{settings.domain}/{quote(bundle_key(plugin.name, plugin.version, frontend.bundle))}",
        "routes": list(frontend.routes),
        "navigation": frontend.navigation.model_dump(exclude_none=True, by_alias=True) if frontend.navigation else {},
        # A draining plugin is served to those who have it and offered to nobody else.
        "installable": plugin.lifecycle is Lifecycle.ACTIVE,
    }
    if build := frontend.builds.get(plugin.version):
        entry["integrity"] = build.integrity
    if plugin.backend:
        entry["apiPrefix"] = plugin.backend.api_prefix
    return entry


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2) + "\n"
