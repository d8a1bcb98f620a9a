"""The registry as a table that fits an 80-column terminal."""

from planning.inputs.registry_entry import PluginSpec, Registry

WIDTH = 80
_COLUMNS = (("NAME", 20), ("VERSION", 8), ("PORT", 5), ("PREFIX", 20), ("SCHEMA", 14), ("STATE", 8))
"""With one blank between two columns: 80."""


def table(registry: Registry) -> list[str]:
    """One line a plugin; what doesn't fit ends in ~."""
    rows = [tuple(title for title, _ in _COLUMNS), *(_row(plugin) for plugin in registry.plugins)]
    return [
        " ".join(_cell(text, width) for text, (_, width) in zip(row, _COLUMNS, strict=True)).rstrip() for row in rows
    ]


def _row(plugin: PluginSpec) -> tuple[str, ...]:
    backend, database = plugin.backend, plugin.database
    return (
        plugin.name,
        plugin.version,
        str(backend.port) if backend else "-",
        backend.api_prefix if backend else "-",
        database.schema if database else "-",
        plugin.lifecycle.value,
    )


def _cell(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: width - 1]}~").ljust(width)
