"""One such cluster, from its tools to its first pod."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.control_plane.control_plane import SERVICE_ADDRESS, ControlPlane
from rehearsal.control_plane.kube_api import KubeApi, Object
from rehearsal.tools.toolbox import Found
from tests.dataplane.cluster.dns import Dns
from tests.dataplane.cluster.kubelet import Kubelet
from tests.dataplane.cluster.network import GATEWAY, Network, in_background
from tests.dataplane.cluster.objects import Objects
from tests.dataplane.cluster.relay import relay

AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
"""Where programs look for the authorities that they trust."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Running; ends with the namespaces that it is in. hosts: names of servers outside, to be added to."""

    objects: Objects
    kubelet: Kubelet
    network: Network
    hosts: dict[str, str]
    stopped: threading.Event

    def pods(self, namespace: str, selector: str) -> list[Object]:
        """Those that run here, by labels."""
        found = self.objects.items("v1", "Pod", namespace, selector)
        return [pod for pod in found if self.kubelet.running(pod["metadata"]["name"])]


def start_cluster(
    folder: Path,
    *,
    tools: Mapping[str, Found],
    definitions: Sequence[Object],
    programs: Mapping[str, Sequence[str]],
    shown: Sequence[Path],
    trusted: Path,
) -> Cluster:
    """Brings one up, inside its namespaces. programs, shown: see Kubelet. trusted: the only authority in all pods."""
    network = Network()
    access = ControlPlane(folder / "control-plane", "us-east-1").start(tools, definitions)
    network.answer_at(SERVICE_ADDRESS)
    relay(SERVICE_ADDRESS, 443, int(access.endpoint.rpartition(":")[2]))
    api = KubeApi(access.endpoint, access.authority, access.token)
    hosts: dict[str, str] = {}
    in_background(Dns(api, GATEWAY, hosts).serve)
    kubelet = Kubelet(
        api,
        network,
        folder,
        programs=programs,
        shown=shown,
        files={AUTHORITIES: trusted},
        server=SERVICE_ADDRESS,
    )
    stopped = threading.Event()
    in_background(lambda: kubelet.watch(stopped))
    return Cluster(objects=Objects(api), kubelet=kubelet, network=network, hosts=hosts, stopped=stopped)
