"""The rule of API prefixes: each request path has one owner, and it's plain to see who."""

from collections.abc import Iterator

from planning.inputs.problem import Problem
from plugins.registry.rules.cross import Entries


def prefix_problems(entries: Entries) -> Iterator[Problem]:
    """Prefixes that two entries share or nest, but for those under a core service's catch-all.

    The site may take a core service's own paths: its entry is the platform's as well, and names each.
    """
    stated = [
        (name, field, prefix) for name, entry in entries.by_name.items() for field, prefix in entry.stated_prefixes()
    ]
    owners: dict[str, str] = {}
    for name, field, prefix in stated:
        owner = owners.setdefault(prefix, name)
        if owner != name:
            rule = f"a prefix belongs to one entry: {owner} has it"
            yield entries.problem(name, field, prefix, rule, f"{field}: /api/v1/{name}")
    catch_all = {entry.api_prefix for entry in entries.by_name.values() if entry.catch_all}
    own = {
        f"{entry.api_prefix}{path}": name
        for name, entry in entries.by_name.items()
        if entry.catch_all
        for path in (*entry.own_paths, *entry.auth.public)
    }
    above_own = {parent: path for path in own for parent in _parents(path) if parent not in catch_all}
    for name, field, prefix in stated:
        parents = _parents(prefix)
        for parent in parents:
            if parent in owners and parent not in catch_all:
                yield _nested(entries, name, field, prefix, f"within {owners[parent]}'s {parent}")
        for path in () if entries.by_name[name].site else (prefix, *parents):
            if own.get(path, name) != name:
                yield _nested(entries, name, field, prefix, f"within {path}, which is {own[path]}'s own")
        below = above_own.get(prefix)
        if below and own[below] != name and prefix not in own:
            yield _nested(entries, name, field, prefix, f"above {below}, which is {own[below]}'s own")


def _parents(prefix: str) -> list[str]:
    parts = prefix.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts))]


def _nested(entries: Entries, name: str, field: str, prefix: str, where: str) -> Problem:
    return entries.problem(name, field, prefix, f"prefixes don't nest: this is {where}", f"{field}: /api/v1/{name}")
