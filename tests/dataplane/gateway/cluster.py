"""A cluster with live nodes, and the network that they are in: clients of the gateway stand there, and its servers."""

import os
import shutil
import signal
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path

from rehearsal.control_plane.control_plane import ControlPlane
from rehearsal.control_plane.kube_api import Object, has_condition
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.images.roots import TRUST_STORE
from rehearsal.live.live import METRICS, Extras, start_nodes
from rehearsal.live.machine import Machine
from rehearsal.live.network import addresses
from rehearsal.live.network.links import BRIDGE
from rehearsal.live.network.switchboard import Network, enter
from rehearsal.live.node.namespaces import run
from rehearsal.live.nodes import live_nodes
from rehearsal.progress import Progress
from rehearsal.tools.toolbox import Found, Toolbox
from stack.plan import load_plan
from tests.dataplane.gateway.objects import Objects

REGION = "us-east-1"
CLIENT = addresses.hub(REGION)
"""Where the tests' own clients come from."""
SERVERS = str(ip_address(CLIENT) + 1)
"""Where their servers are: port 443 of the other is the API server's."""
_ROOT = Path(__file__).resolve().parents[3]
_NODES = 2
"""As few as two proxies can be spread over."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Running. folder: of the control plane, with the logs of its programs. networks: that were entered, by pod."""

    folder: Path
    objects: Objects
    live: LiveCluster
    networks: dict[str, Network] = field(default_factory=dict[str, Network])

    def pods(self, namespace: str, selector: str) -> list[Object]:
        """Those that are ready and stay, by labels."""
        found = self.objects.items("v1", "Pod", namespace, selector)
        return [pod for pod in found if has_condition(pod, "Ready") and "deletionTimestamp" not in pod["metadata"]]

    def lines(self, pod: str, container: str) -> list[str]:
        """What a container has said; of the last 10 MiB, which is what a kubelet keeps at hand."""
        # Before each line stand its time, its stream, and whether it is a whole one.
        files = (self._logs(pod) / container).glob("*.log")
        return [line.split(" ", 3)[-1] for file in files for line in file.read_text(errors="replace").splitlines()]

    def processes(self, pod: str) -> list[int]:
        """Numbers, as this machine sees them, of all that run in a pod."""
        group = f"/pod{self._logs(pod).name.rpartition('_')[2]}/"
        return [pid for pid, groups in _control_groups() if group in groups]

    def signal(self, pods: Iterable[str], number: signal.Signals) -> None:
        """To all processes of these pods."""
        for process in [process for pod in pods for process in self.processes(pod)]:
            os.kill(process, number)

    def network(self, pod: str = "") -> Network:
        """The nodes', or a pod's own."""
        if pod not in self.networks:
            self.networks[pod] = Network(os.open(self._network_file(pod), os.O_RDONLY))
        return self.networks[pod]

    @contextmanager
    def inside(self) -> Generator[None]:
        """This thread, and what it starts, stand in the nodes' network."""
        with Path("/proc/thread-self/ns/net").open() as before, self.live.network().open() as network:
            assert enter(network.fileno())
            try:
                yield
            finally:
                assert enter(before.fileno())

    def run(self, *command: str, pod: str = "") -> str:
        """What one of this machine's programs says in the nodes' network, or in a pod's."""
        return run([*self.entering(pod), *command])

    def entering(self, pod: str = "") -> list[str]:
        """Before a command that runs there."""
        return ["nsenter", f"--net={self._network_file(pod)}", "--"]

    def name(self, names: Mapping[str, str]) -> None:
        """From now on these are the names, by address, that DNS knows besides those of Services."""
        self.live.hosts.write_text("".join(f"{address} {name}\n" for name, address in names.items()))

    def _logs(self, pod: str) -> Path:
        (found,) = self.live.folder.glob(f"*/log/pods/*_{pod}_*")
        return found

    def _network_file(self, pod: str) -> Path:
        return Path(f"/proc/{self.processes(pod)[0]}/ns/net") if pod else self.live.network()


@contextmanager
def cluster(
    folder: Path,
    *,
    tools: Mapping[str, Found],
    definitions: Iterable[Object],
    images: Mapping[str, Path],
    trusted: Path,
) -> Generator[Cluster]:
    """From nothing until nothing is left. images: archives by reference. trusted: the only authorities in all pods."""
    progress = Progress(sys.stderr)
    plan = load_plan("dev", _ROOT)
    nodes = live_nodes(plan.home, plan.tier, Machine.here())
    plane = ControlPlane(folder, REGION)
    live = LiveCluster(folder)
    try:
        access = plane.start(tools, list(definitions))
        start_nodes(
            replace(nodes, nodes=nodes.nodes[:_NODES]),
            access,
            Toolbox(progress),
            progress,
            Extras(images=images, mounts={TRUST_STORE: trusted}),
        )
        # Without numbers autoscalers do nothing, and there are as many proxies as the tests have found.
        access.api().remove("APIService", METRICS)
        made = Cluster(folder=folder, objects=Objects(access.api()), live=live)
        made.run("ip", "address", "add", f"{SERVERS}/32", "dev", BRIDGE)
        yield made
        for network in made.networks.values():
            network.close()
    finally:
        live.stop()
        plane.stop()
        shutil.rmtree(folder)


def _control_groups() -> Generator[tuple[int, str]]:
    for file in Path("/proc").glob("[0-9]*/cgroup"):
        with suppress(OSError):  # one that has just ended
            yield int(file.parent.name), file.read_text()
