"""The rule of API prefixes: each request path has one owner, and it's plain to see who."""

from collections.abc import Iterator

from planning.problem import Problem
from plugins.rules import Entries


def prefix_problems(entries: Entries) -> Iterator[Problem]:
    """Prefixes that two entries share or nest, but for those under a core service's catch-all."""
    owners: dict[str, str] = {}
    stated = [
        (name, field, prefix)
        for name, entry in entries.by_name.items()
        for field, prefix in (
            ("apiPrefix", entry.api_prefix),
            *(("extraPrefixes", each) for each in entry.extra_prefixes),
        )
        if prefix is not None
    ]
    for name, field, prefix in stated:
        owner = owners.setdefault(prefix, name)
        if owner != name:
            yield entries.problem(
                name, field, prefix, f"a prefix belongs to one entry: {owner} has it", f"{field}: /api/v1/{name}"
            )
    catch_all = {entry.api_prefix: name for name, entry in entries.by_name.items() if entry.catch_all}
    own_paths = {
        f"{entry.api_prefix}{path}": name
        for name, entry in entries.by_name.items()
        if entry.catch_all
        for path in (*entry.own_paths, *entry.auth.public)
    }
    for name, field, prefix in stated:
        for parent in _parents(prefix):
            if parent in owners and parent not in catch_all:
                yield _nested(entries, name, field, prefix, f"{owners[parent]}'s {parent}")
        for path in (prefix, *_parents(prefix)):
            if own_paths.get(path, name) != name:
                yield _nested(entries, name, field, prefix, f"{path}, which is {own_paths[path]}'s own")
        taken = next((own for own in own_paths if own_paths[own] != name and prefix in _parents(own)), None)
        if taken and prefix not in catch_all:
            yield _nested(entries, name, field, prefix, f"the parent of {taken}, which is {own_paths[taken]}'s own")


def _parents(prefix: str) -> list[str]:
    parts = prefix.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts))]


def _nested(entries: Entries, name: str, field: str, prefix: str, other: str) -> Problem:
    return entries.problem(
        name, field, prefix, f"prefixes don't nest: this is within or is {other}", f"{field}: /api/v1/{name}"
    )
