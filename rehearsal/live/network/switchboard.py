"""Carries connections between networks that can't see each other: this machine's loopback and the nodes'.

A socket belongs to the network namespace in which it was made, whoever uses it later: a thread that has entered one
makes sockets there for all.
"""

import ctypes
import os
import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_CONNECT_SECONDS = 10
_HEAD_BYTES = 16384
_NOT_ENTERED = 9

Address = tuple[str, int]
_Answer = queue.SimpleQueue[socket.socket | BaseException]


class Network:
    """One network namespace, by an open file of it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._work: queue.SimpleQueue[tuple[Callable[[], socket.socket], _Answer] | None] = queue.SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def do(self, make: Callable[[], socket.socket]) -> socket.socket:
        """The socket that `make` gives in there; it must not wait for anything."""
        answer: _Answer = queue.SimpleQueue()
        self._work.put((make, answer))
        found = answer.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def connect(self, to: Address) -> socket.socket:
        """A connection from there. Connecting itself is done out here: only the making of a socket is done in there."""
        made = self.do(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        made.settimeout(_CONNECT_SECONDS)
        try:
            made.connect(to)
        except BaseException:
            made.close()
            raise
        made.settimeout(None)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def close(self) -> None:
        """Let go of it: a namespace is there for as long as anything is in it, or has it open."""
        self._work.put(None)

    def _serve(self) -> None:
        if not enter(self._descriptor):
            os._exit(_NOT_ENTERED)
        while (asked := self._work.get()) is not None:
            make, answer = asked
            try:
                answer.put(make())
            except BaseException as error:  # noqa: BLE001  (handed to who asked)
                answer.put(error)
        os.close(self._descriptor)


def enter(network: int) -> bool:
    """This thread, and what it starts from now on, stand in this network namespace, if it may. network: an open file of
    it."""
    return ctypes.CDLL(None, use_errno=True).setns(network, _CLONE_NEWNET) == 0


def forward(near: Network, at: Address, far: Network, to: Address) -> None:
    """What connects to an address in one network goes on to an address of the other."""
    listening = near.do(lambda: socket.create_server(at, backlog=256))
    _accept(listening, lambda one: _join(one, far.connect(to)))


def proxy(file: Path, far: Callable[[Address], socket.socket]) -> None:
    """A proxy (HTTP CONNECT) on a socket file: an API server's egress. far: makes a connection."""
    file.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(file))
    file.chmod(0o600)
    listening.listen(256)
    _accept(listening, lambda one: _connect(one, far))


def _connect(near: socket.socket, far: Callable[[Address], socket.socket]) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        more = near.recv(4096)
        if not more or len(head) > _HEAD_BYTES:
            near.close()
            return
        head += more
    host, _, port = head.split()[1].decode().rpartition(":")
    try:
        made = far((host.strip("[]"), int(port)))
    except OSError as error:
        near.sendall(f"HTTP/1.1 502 {error}\r\n\r\n".encode())
        near.close()
        return
    near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    _join(near, made)


def _accept(listening: socket.socket, handle: Callable[[socket.socket], None]) -> None:
    def one(near: socket.socket) -> None:
        try:
            handle(near)
        except OSError:
            near.close()

    def serve() -> None:
        while True:
            near, _ = listening.accept()
            threading.Thread(target=one, args=(near,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def _join(one: socket.socket, other: socket.socket) -> None:
    done = threading.Barrier(2)
    for source, target in ((one, other), (other, one)):
        threading.Thread(target=_carry, args=(source, target, done), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, done: threading.Barrier) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
    done.wait()  # both directions have ended
    source.close()
