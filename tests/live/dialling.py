"""Connections begun within networks of others, all at once: what their nodes let through, and how long it takes."""

import os
import re
import select
import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from rehearsal.live.network.switchboard import Address, Network

SECONDS = 3.0
"""The second try of a connection comes after one."""


def processes() -> Mapping[str, int]:
    """A process of each pod that runs on this machine, by the pod's uid: control groups are named after it."""
    found: dict[str, int] = {}
    for file in Path("/proc").glob("[0-9]*/cgroup"):
        with suppress(OSError):
            for uid in re.findall(r"/pod([0-9a-f-]{36})", file.read_text()):
                found[uid] = int(file.parent.name)
    return found


def network(pid: int) -> Network:
    """Of a process."""
    return Network(os.open(f"/proc/{pid}/ns/net", os.O_RDONLY))


def reached(sources: Mapping[str, int], targets: Mapping[str, Address]) -> set[tuple[str, str]]:
    """Who of the sources (processes) is let through to which target that listens."""

    def one(source: str) -> set[tuple[str, str]]:
        near = network(sources[source])
        try:
            return {(source, target) for target in _dialled(near, targets)}
        finally:
            near.close()

    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        return set[tuple[str, str]]().union(*pool.map(one, sources))


def _dialled(near: Network, targets: Mapping[str, Address]) -> set[str]:
    waiting = {one.fileno(): (name, one) for name, address in targets.items() if (one := _begun(near, address))}
    poll, found = select.poll(), set[str]()
    for number in waiting:
        poll.register(number, select.POLLOUT)
    deadline = time.monotonic() + SECONDS
    while waiting and (left := deadline - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1000):
            poll.unregister(number)
            name, one = waiting.pop(number)
            with one:
                if not one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    found.add(name)
    for _, one in waiting.values():
        one.close()
    return found


def _begun(near: Network, address: Address) -> socket.socket | None:
    made = near.do(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    made.setblocking(False)
    try:
        made.connect_ex(address)
    except OSError:  # no way there at all
        made.close()
        return None
    return made


def seconds(near: Network, address: Address, path: str = "/") -> float:
    """Of one request of HTTP, from its connection to its answer's end."""
    begin = time.monotonic()
    with near.connect(address) as one:
        one.settimeout(5)
        one.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert one.recv(64).startswith(b"HTTP/1."), address
        while one.recv(65536):
            pass
    return time.monotonic() - begin
