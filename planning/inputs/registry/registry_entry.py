"""Entries as plans read them: each with its name, and with what people may leave out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planning.inputs.registry.entry import Entry

PULL_SECRET = "IMAGE_PULL_SECRET"  # noqa: S105  # a name
"""Secret of an entry with pullSecret: a Docker config.json."""


class PluginSpec(Entry):
    """One entry of plugins/registry.yaml, right by every rule. Its egress is `target:port` throughout.

    manifest: the plugin.json that its backend reads at run time.
    """

    name: str
    display_name: str  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]  # frozen: narrower is safe
    manifest: Mapping[str, Any]

    @property
    def configured_secrets(self) -> tuple[str, ...]:
        """Names of all whose values a person sets."""
        return (*self.secrets, *((PULL_SECRET,) if self.pull_secret else ()))

    @property
    def backend(self) -> "BackendSpec | None":
        """The plugin as what runs as pods; None for a bundle alone."""
        return self if isinstance(self, BackendSpec) else None


class BackendSpec(PluginSpec):
    """A plugin with pods. port: what the service listens on (its PORT); api_prefix: where the gateway routes from."""

    image: str  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]  # frozen: narrower is safe
    port: int  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]  # frozen: narrower is safe
    api_prefix: str  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]  # frozen: narrower is safe


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All entries, in the order of the file; file: its name as shown in errors."""

    file: str
    plugins: tuple[PluginSpec, ...]

    @cached_property
    def by_name(self) -> Mapping[str, PluginSpec]:
        """Entries by their names; made once, so that a thousand plugins that call each other are planned quickly."""
        return {plugin.name: plugin for plugin in self.plugins}

    @property
    def site(self) -> PluginSpec | None:
        """The entry that is the site; None: the site is static files, and there is nothing to say of them."""
        return next((plugin for plugin in self.plugins if plugin.site), None)
