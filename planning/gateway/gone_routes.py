"""Routes of plugins that no longer serve: the gateway itself answers there (410), and no plugin has a route."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.gateway.virtual_hosts import hosts_at, virtual_hosts
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings


@dataclass(frozen=True, kw_only=True)
class GoneRoutesPlan:
    """What of the site's paths was a plugin's."""

    plugin: str
    hosts: Sequence[str]
    prefixes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the gateway's objects for it."""
        return f"stopped-{self.plugin}"


def plan_gone_routes(*, registry: Registry, settings: Settings) -> tuple[GoneRoutesPlan, ...]:
    """One for each stopped or archived plugin with a backend: its requests would reach whoever has a shorter prefix."""
    return tuple(
        GoneRoutesPlan(
            plugin=spec.name,
            hosts=hosts_at(virtual_hosts(backend), settings.domain),
            prefixes=(backend.api_prefix, *backend.extra_prefixes),
        )
        for spec in registry.plugins
        if (backend := spec.backend) and not spec.lifecycle.serves
    )
