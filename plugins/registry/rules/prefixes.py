"""The rule of API prefixes: each request path has one owner, and it's plain to see who."""

import re
from collections.abc import Iterator

from planning.inputs.problem import Problem
from planning.inputs.registry.entry import Entry
from plugins.registry.rules.cross import Entries

_OF_ANYBODY = frozenset({"api", "app", "my", "naap", "plugin", "service", "svc"})
"""Words that name no plugin."""


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
    yield from _unnamed(entries, stated)


def _unnamed(entries: Entries, stated: list[tuple[str, str, str]]) -> Iterator[Problem]:
    """Prefixes below a catch-all that don't say whose they are: a path of the core service that nobody listed."""
    parents = {entry.api_prefix: (name, entry) for name, entry in entries.by_name.items() if entry.catch_all}
    for name, field, prefix in stated:
        parent = next((each for each in reversed(_parents(prefix)) if each in parents), None)
        if parent is None or entries.by_name[name].core:
            continue
        owner, core = parents[parent]
        below = prefix.removeprefix(parent)
        if not _says(name, below) and not _is_free(core, below):
            rule = (
                f"below {owner}'s {parent} a prefix shares a word with its plugin's name, or is one that {owner} "
                "gives away: else it could be one of its own paths"
            )
            yield entries.problem(
                name, field, prefix, rule, f"{field}: {parent}/{name}, or freePaths: [{below}] in {owner}"
            )


def _says(name: str, below: str) -> bool:
    first = below.split("/")[1]
    if first.startswith(name) or name.startswith(first):
        return True
    return bool(({*re.split(r"[._-]", first)} & {*name.split("-")}) - _OF_ANYBODY)


def _is_free(core: Entry, below: str) -> bool:
    return any(f"{below}/".startswith(f"{free}/") for free in core.free_paths)


def _parents(prefix: str) -> list[str]:
    parts = prefix.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts))]


def _nested(entries: Entries, name: str, field: str, prefix: str, where: str) -> Problem:
    return entries.problem(name, field, prefix, f"prefixes don't nest: this is {where}", f"{field}: /api/v1/{name}")
