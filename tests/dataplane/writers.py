"""Clients that write all the time, remember what was acknowledged, and come back when they are cut off."""

import itertools
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence


class Writer(threading.Thread):
    """One client: number after number into a table `journal`, each in a transaction of its own."""

    _numbers = itertools.count(1)

    def __init__(self, psql: Sequence[str], environment: Mapping[str, str]) -> None:
        super().__init__(daemon=True)
        self.acknowledged: list[int] = []
        self.refused = 0
        self.longest_pause = 0.0
        self._psql, self._environment = psql, environment
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until it is told to stop."""
        last = time.monotonic()
        client = self._connect()
        while not self._stopping.is_set():
            number = next(Writer._numbers)
            if self._write(client, number):
                now = time.monotonic()
                self.longest_pause, last = max(self.longest_pause, now - last), now
                self.acknowledged.append(number)
            else:
                self.refused += 1
                self._end(client)
                time.sleep(0.1)
                client = self._connect()
        self._end(client)

    def stop(self) -> None:
        """Ends it after its transaction."""
        self._stopping.set()
        self.join(30)

    def _connect(self) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self._psql, env=dict(self._environment), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )

    def _write(self, client: "subprocess.Popen[str]", number: int) -> bool:
        assert client.stdin
        assert client.stdout
        try:
            # Numbers of our own only.
            client.stdin.write(f"INSERT INTO journal (n) VALUES ({number}) RETURNING n;\n")  # noqa: S608
            client.stdin.flush()
        except BrokenPipeError:
            return False
        return client.stdout.readline().strip() == str(number)

    def _end(self, client: "subprocess.Popen[str]") -> None:
        client.kill()
        client.communicate()
