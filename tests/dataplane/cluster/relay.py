"""Carries connections from an address that pods reach to a server of this machine's loopback."""

import socket
import threading
from contextlib import suppress

_CHUNK = 65_536


def relay(address: str, port: int, to: int) -> None:
    """Listens at once, and carries for as long as this process runs."""
    listening = socket.create_server((address, port), backlog=128)
    threading.Thread(target=_accept, args=(listening, to), daemon=True).start()


def _accept(listening: socket.socket, to: int) -> None:
    while True:
        near, _ = listening.accept()
        try:
            far = socket.create_connection(("127.0.0.1", to))
        except OSError:  # who asked may ask again
            near.close()
            continue
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
