"""The part of a registry that one entry can't be planned and built without."""

from collections.abc import Collection, Mapping

from planning.inputs.registry.entry import Entry

BASE_SERVICE = "base-svc"
"""Whom services ask who a user is, and whose address they are given."""


def related(entries: Mapping[str, Entry], name: str, always: Collection[str] = ()) -> frozenset[str]:
    """The entry, those that it refers to, and those whose resources wait for its own; the same of each of these.

    always: entries that every plan needs, such as the service that knows users.
    """
    owners = {entry.database.schema_name: each for each, entry in entries.items() if entry.database}
    tables = {each: _tables(entry, owners) for each, entry in entries.items()}
    waiting = {name}
    while more := {each for each in tables.keys() - waiting if tables[each] & waiting}:
        waiting |= more
    found = waiting | {each for each, entry in entries.items() if name in entry.network.calls}
    found |= entries.keys() & {BASE_SERVICE, *always}
    new = found
    while new:
        new = {other for each in new if each in entries for other in _refers(entries[each], tables[each])} - found
        found |= new
    return frozenset(found)


def _tables(entry: Entry, owners: Mapping[str, str]) -> set[str]:
    """Whose tables it has rights on: their migrations come before its own."""
    if entry.database is None:
        return set()
    granted = {owners[grant.schema_name] for grant in entry.database.grants if grant.schema_name in owners}
    return {*granted, *entry.database.member_of}


def _refers(entry: Entry, tables: Collection[str]) -> set[str]:
    return {*tables, *entry.network.calls, *entry.shared_secrets.values()}
