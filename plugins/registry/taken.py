"""Names that a registry uses: what a new entry can't take."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class TakenNames:
    """What the registry already uses."""

    names: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()
    shard_loads: Mapping[int, int] = field(default_factory=dict[int, int])
    with_backend: frozenset[str] = frozenset()
    migrations: str | None = None
    """Image of the migrations of `public`: of all schemas that the application describes in one file."""
    schema_shards: Mapping[str, int] = field(default_factory=dict[str, int])
