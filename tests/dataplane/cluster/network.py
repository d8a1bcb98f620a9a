"""The cluster's network: a bridge, and a network namespace for each pod."""

import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from rehearsal.control_plane.programs import PODS
from tests.wait import wait_for

GATEWAY = "10.143.255.254"
"""Of this machine on the bridge: the last of the pods' addresses, which KWOK gives out from the first."""

_BITS = PODS.partition("/")[2]
_BRIDGE = "cluster0"
_NET = Path("/proc/self/ns/net")


class Network:
    """Of one cluster; must be made inside its namespaces."""

    def __init__(self) -> None:
        # An address of its own: else the bridge takes that of a port, changes with it, and connections stall.
        for words in (
            "link set lo up",
            f"link add {_BRIDGE} address 02:00:0a:8f:ff:fe type bridge",
            f"addr add {GATEWAY}/{_BITS} dev {_BRIDGE}",
            f"link set {_BRIDGE} up",
        ):
            _ip(words)
        self._made = 0

    def answer_at(self, address: str) -> None:
        """Gives this machine another address that pods reach."""
        _ip(f"addr add {address}/32 dev {_BRIDGE}")

    def pod(self, address: str) -> "PodNetwork":
        """A pod's own, with this address."""
        self._made += 1
        return PodNetwork(address, self._made)


class PodNetwork:
    """A network namespace, held open by a process that sleeps."""

    def __init__(self, address: str, number: int) -> None:
        self.address = address
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        try:
            self._join(number)
        except BaseException:
            self.close()
            raise

    def _join(self, number: int) -> None:
        ours = _NET.stat().st_ino
        wait_for(
            "a network namespace", lambda: Path(f"/proc/{self._holder.pid}/ns/net").stat().st_ino != ours, every=0.01
        )
        # The same address has always the same hardware address: nobody remembers a wrong one when it comes back.
        hardware = "02:00:" + ":".join(f"{int(part):02x}" for part in self.address.split("."))
        _ip(f"link add pod{number} type veth peer name eth0 address {hardware} netns {self._holder.pid}")
        _ip(f"link set pod{number} master {_BRIDGE} up")
        for words in (
            "link set lo up",
            f"addr add {self.address}/{_BITS} dev eth0",
            "link set eth0 up",
            f"route add default via {GATEWAY}",
        ):
            _run([*self.entering, "ip", *words.split()])

    @property
    def entering(self) -> list[str]:
        """Before a command that runs in it."""
        return ["nsenter", "--target", str(self._holder.pid), "--net", "--"]

    def run(self, *command: str) -> str:
        """What a command in it says."""
        return _run([*self.entering, *command])

    def close(self) -> None:
        """Ends it, once no process is in it any more."""
        self._holder.send_signal(signal.SIGKILL)
        self._holder.wait()


def in_background(work: Callable[[], object]) -> None:
    """Runs for as long as this process."""
    threading.Thread(target=work, daemon=True).start()


def _ip(words: str) -> None:
    _run(["ip", *words.split()])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
    return done.stdout
