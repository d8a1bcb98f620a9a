"""What the played account remembers: holders of physical names, what is in use, and what AWS still works at.

All provider processes of a rehearsal share one file; SQLite keeps it whole under parallel calls and after a kill.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rehearsal.standins.values import Map

VARIABLE = "NAAP_ACCOUNT"
_WAIT = 60  # seconds for another process to finish its transaction
_TABLES = (
    "CREATE TABLE IF NOT EXISTS holders (kind TEXT, place TEXT, name TEXT, urn TEXT, identity TEXT, content TEXT,"
    " PRIMARY KEY (kind, place, name))",
    "CREATE TABLE IF NOT EXISTS uses (user TEXT, thing TEXT, PRIMARY KEY (user, thing))",
    "CREATE TABLE IF NOT EXISTS work (thing TEXT PRIMARY KEY, until REAL)",
)


@dataclass(frozen=True, kw_only=True)
class PhysicalName:
    """A name that one resource of a kind can have in a place: a region, or "" for the whole account."""

    kind: str
    place: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who has a name. No identity: it was deleted. content: inputs, where AWS lets others overwrite them."""

    urn: str
    identity: str
    content: Map = field(default_factory=dict[str, Any])


class Account:
    """The memory of one rehearsal; without a file, of one process."""

    def __init__(self, file: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._store = sqlite3.connect(file, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        self._store.execute("PRAGMA journal_mode=WAL")
        self._store.execute("PRAGMA synchronous=OFF")  # a killed process loses nothing by it, only a lost machine
        with self._transaction():
            for table in _TABLES:
                self._store.execute(table)

    @classmethod
    def of_environment(cls) -> Account:
        """The account that the environment names."""
        return cls(os.environ.get(VARIABLE) or ":memory:")

    @contextmanager
    def _transaction(self) -> Generator[None]:
        with self._lock:
            self._store.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._store.execute("ROLLBACK")
                raise
            self._store.execute("COMMIT")

    def holder(self, name: PhysicalName) -> Holder | None:
        """Who has the name, or had it last where others may overwrite it."""
        with self._lock:
            row = self._store.execute(
                "SELECT urn, identity, content FROM holders WHERE kind = ? AND place = ? AND name = ?",
                (name.kind, name.place, name.text),
            ).fetchone()
        return Holder(urn=row[0], identity=row[1], content=json.loads(row[2])) if row else None

    def take(
        self, names: Sequence[PhysicalName], holder: Holder, *, yields: Callable[[Holder], bool]
    ) -> tuple[PhysicalName, Holder] | None:
        """Give all names to the holder; gives instead the first whose own holder does not yield."""
        with self._transaction():
            for name in names:
                found = self.holder(name)
                if found and not yields(found):
                    return name, found
            for name in names:
                self._store.execute(
                    "INSERT OR REPLACE INTO holders VALUES (?, ?, ?, ?, ?, ?)",
                    (name.kind, name.place, name.text, holder.urn, holder.identity, json.dumps(holder.content)),
                )
        return None

    def release(self, kind: str, holder: Holder, *, but: Sequence[PhysicalName] = ()) -> None:
        """Free every name that the holder has, but those."""
        kept = {(name.place, name.text) for name in but}
        with self._transaction():
            key = (kind, holder.urn, holder.identity)
            query = "SELECT place, name FROM holders WHERE kind = ? AND urn = ? AND identity = ?"
            for row in self._store.execute(query, key).fetchall():
                if row not in kept:
                    self._store.execute("DELETE FROM holders WHERE kind = ? AND place = ? AND name = ?", (kind, *row))

    def use(self, user: str, things: Sequence[str]) -> None:
        """From now on the user uses these things, and no others."""
        with self._transaction():
            self._store.execute("DELETE FROM uses WHERE user = ?", (user,))
            self._store.executemany("INSERT OR IGNORE INTO uses VALUES (?, ?)", [(user, thing) for thing in things])

    def users(self, thing: str) -> list[str]:
        """Who uses the thing."""
        with self._lock:
            return [row[0] for row in self._store.execute("SELECT user FROM uses WHERE thing = ?", (thing,))]

    def begin_work(self, thing: str, seconds: float) -> bool:
        """Whether nobody else works at the thing; then others find it busy, until `end_work` or so many seconds."""
        now = time.time()
        with self._transaction():
            row = self._store.execute("SELECT until FROM work WHERE thing = ?", (thing,)).fetchone()
            if row and row[0] > now:
                return False
            self._store.execute("INSERT OR REPLACE INTO work VALUES (?, ?)", (thing, now + seconds))
        return True

    def end_work(self, thing: str) -> None:
        """Nobody works at the thing any more."""
        with self._transaction():
            self._store.execute("DELETE FROM work WHERE thing = ?", (thing,))
