"""Requests at full speed from several clients, each on a connection of its own, until told to stop."""

import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from components.gateway.routes import TRACK_HEADER
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import session

CLIENTS = 6


@dataclass(kw_only=True)
class Load:
    """What has come of it: how often each status, or the kind of an error; the slowest answer, in seconds.

    tracks: how often each track answered. canary: when it last did, by the monotonic clock.
    """

    answers: Counter[str] = field(default_factory=Counter[str])
    tracks: Counter[str] = field(default_factory=Counter[str])
    canary: float = 0.0
    slowest: float = 0.0


@contextmanager
def load(rig: Rig, path: str, *, clients: int = CLIENTS) -> Generator[Load]:
    """Runs while the block does, over all Envoys. A connection that the gateway closed between answers is replaced."""
    found, stopped, token = Load(), threading.Event(), session("load")

    def work(number: int) -> None:
        address = rig.addresses[number % len(rig.addresses)]
        connection: HTTPConnection | None = None
        headers = {"authorization": f"Bearer {token}"}
        while not stopped.is_set():
            begin = time.monotonic()
            try:
                connection = connection or rig.client.connect(address)
                answer = rig.client.send(address, path, headers=headers, connection=connection)
                found.answers[str(answer.status)] += 1
                track = answer.headers.get(TRACK_HEADER, "nobody")
                found.tracks[track] += 1
                if track == "canary":
                    found.canary = time.monotonic()
                if answer.headers.get("connection") == "close":
                    connection = None
            except (OSError, HTTPException) as error:
                found.answers[type(error).__name__] += 1
                connection = None
            found.slowest = max(found.slowest, time.monotonic() - begin)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
