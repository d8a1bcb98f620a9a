"""Entries as plans read them: each with its name, and with what people may leave out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from planning.inputs.problem import InvalidInputError
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

    @property
    def tries(self) -> bool:
        """Whether a canary tries something; one that is over has the entry's own image."""
        return self.canary is not None and self.canary.image != self.image


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All entries, in the order of the file; file: its name as shown in errors; files: of entries with their own.

    others: where `plugins` are a part of the registry, those of the rest that can be read: what shares a shard with
    these decides how large it is.
    """

    file: str
    plugins: tuple[PluginSpec, ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    others: tuple[PluginSpec, ...] = ()

    @property
    def whole(self) -> "Registry":
        """With the others."""
        return replace(self, plugins=(*self.plugins, *self.others), others=()) if self.others else self

    @cached_property
    def by_name(self) -> Mapping[str, PluginSpec]:
        """Entries by their names; made once, so that a thousand plugins that call each other are planned quickly."""
        return {plugin.name: plugin for plugin in self.plugins}

    @property
    def in_order(self) -> list[PluginSpec]:
        """By name: for lists that stand in one resource, so that it is the same however the files are cut."""
        return sorted(self.plugins, key=lambda plugin: plugin.name)

    def located(self, error: InvalidInputError) -> InvalidInputError:
        """The same problems, those of an entry named by the file that it stands in."""
        return InvalidInputError(
            replace(problem, file=self.files.get(problem.entry, problem.file)) if problem.file == self.file else problem
            for problem in error.problems
        )

    @property
    def site(self) -> PluginSpec | None:
        """The entry that is the site; None: the site is static files, and there is nothing to say of them."""
        return next((plugin for plugin in self.plugins if plugin.site), None)
