"""What the played account has: every resource with its properties, as it is made, for what serves data in AWS's place.

The engine writes its own state when it is done, or at each step; this is there at once, and holds secrets in the clear,
so nobody else may read the file.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.standins.values import Map

VARIABLE = "NAAP_INVENTORY"
_WAIT = 60  # seconds for another process to finish its transaction
_TABLE = (
    "CREATE TABLE IF NOT EXISTS resources (urn TEXT, identity TEXT, kind TEXT, region TEXT, properties TEXT,"
    " PRIMARY KEY (urn, identity))"
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One resource. kind: as `rds/instance`; region: "" for those of the whole account."""

    urn: str
    identity: str
    kind: str
    region: str
    properties: Map


class Inventory:
    """The list, in a file that all provider processes of a rehearsal share; without one, of one process."""

    def __init__(self, file: str = ":memory:") -> None:
        if file != ":memory:":
            Path(file).touch(mode=0o600)
        self._lock = threading.Lock()
        self._store = sqlite3.connect(file, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        self._store.execute("PRAGMA journal_mode=WAL")
        self._store.execute("PRAGMA synchronous=OFF")  # as the account's: only a lost machine loses anything
        self._store.execute(_TABLE)

    @classmethod
    def of_environment(cls) -> Inventory:
        """The one that the environment names."""
        return cls(os.environ.get(VARIABLE) or ":memory:")

    def put(self, item: Item) -> None:
        """It was made, or changed."""
        self._write("INSERT OR REPLACE", item)

    def note(self, item: Item) -> None:
        """It is there: of one that is known nothing changes."""
        self._write("INSERT OR IGNORE", item)

    def remove(self, urn: str, identity: str) -> None:
        """It was deleted."""
        with self._lock:
            self._store.execute("DELETE FROM resources WHERE urn = ? AND identity = ?", (urn, identity))

    def items(self) -> Sequence[Item]:
        """All of them, in the order of their names."""
        with self._lock:
            rows = self._store.execute("SELECT urn, identity, kind, region, properties FROM resources ORDER BY 1, 2")
            return [
                Item(urn=urn, identity=identity, kind=kind, region=region, properties=json.loads(properties))
                for urn, identity, kind, region, properties in rows
            ]

    def version(self) -> int:
        """Another number after every change that another process made."""
        with self._lock:
            return int(self._store.execute("PRAGMA data_version").fetchone()[0])

    def _write(self, verb: str, item: Item) -> None:
        row = (item.urn, item.identity, item.kind, item.region, json.dumps(item.properties))
        with self._lock:
            self._store.execute(f"{verb} INTO resources VALUES (?, ?, ?, ?, ?)", row)
