"""The small kubelet: runs containers of pods that the real controllers and scheduler made, as processes."""

import itertools
import os
import signal
import subprocess
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.control_plane.kube_api import KubeApi, Object
from tests.dataplane.cluster.network import GATEWAY, Network, PodNetwork
from tests.dataplane.cluster.volumes import PodContent, expand

_START = Path(__file__).with_name("container.sh")
_SYSTEM = ("/bin", "/lib", "/lib64", "/sbin", "/usr", "/proc", "/sys", "/dev")
_SECONDS_TO_END = 5


@dataclass(kw_only=True)
class _Pod:
    network: PodNetwork
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, subprocess.Popen[bytes]])


class Kubelet:
    """Runs those containers whose names it knows a program for; of others, and of init containers, nothing runs.

    A pod is ready when KWOK says so, not when its program is; security contexts, limits, probes and hooks of life
    are not applied. A program that ends is started again, unless it belongs to a Job and has succeeded.
    """

    def __init__(
        self,
        api: KubeApi,
        network: Network,
        folder: Path,
        *,
        programs: Mapping[str, Sequence[str]],
        shown: Sequence[Path],
        files: Mapping[str, Path],
        server: str,
    ) -> None:
        """programs: command by container. shown: folders that every pod sees. files: put into every pod.

        server: address of the Kubernetes API for pods.
        """
        self._api, self._network, self._folder, self._programs = api, network, folder, programs
        self._shown = [*(Path(path) for path in _SYSTEM), *shown]
        self._files, self._server = files, server
        self._pods: dict[str, _Pod] = {}
        self._names: dict[str, str] = {}
        self._lock = threading.RLock()
        self._numbers = itertools.count()

    def watch(self, stopped: threading.Event) -> None:
        """Follows the pods until told to stop."""
        while not stopped.wait(0.2):
            with self._retried():
                self._follow(self._api.request("GET", "/api/v1/pods")["items"])

    def network(self, pod: str) -> PodNetwork:
        """Of a running pod, by its name."""
        return self._pods[self._names[pod]].network

    def running(self, pod: str) -> bool:
        """Whether it runs here."""
        return self._names.get(pod) in self._pods

    def signal(self, pod: str, number: signal.Signals) -> None:
        """To all programs of a pod."""
        for process in self._pods[self._names[pod]].processes.values():
            process.send_signal(number)

    def log(self, pod: str, container: str) -> Path:
        """What a container has said."""
        return self._folder / "logs" / f"{pod}.{container}.log"

    def _follow(self, listed: list[Object]) -> None:
        wanted = {pod["metadata"]["uid"]: pod for pod in listed if not pod["metadata"].get("deletionTimestamp")}
        # First the ends: KWOK gives the address of a pod that is gone to the next.
        for uid in [uid for uid in self._pods if uid not in wanted]:
            self._end(self._pods.pop(uid))
        for uid, pod in wanted.items():
            # What a pod lacks may be what another one is to make: none waits for those before it in the list.
            with self._retried():
                self._run(uid, pod)

    def _run(self, uid: str, pod: Object) -> None:
        containers = [each for each in pod["spec"]["containers"] if each["name"] in self._programs]
        if not containers or not pod["status"].get("podIP"):
            return
        self._names[pod["metadata"]["name"]] = uid
        here = self._pods.get(uid)
        content = PodContent(self._api, pod, self._folder / "volumes" / uid)
        once = pod["spec"].get("restartPolicy") != "Always"
        for container in containers:
            process = here.processes.get(container["name"]) if here else None
            if process is None or (process.poll() is not None and (process.returncode or not once)):
                volumes, variables = content.volumes(), content.environment(container)
                here = here or self._pods.setdefault(uid, _Pod(network=self._network.pod(pod["status"]["podIP"])))
                here.processes[container["name"]] = self._start(pod, container, here, volumes, variables)

    @contextmanager
    def _retried(self) -> Generator[None]:
        """What fails is written down, and tried again the next time."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # without this thread no pod would start any more
            with (self._folder / "kubelet.log").open("a") as log:
                log.write(f"{type(error).__name__}: {error}\n")

    def _start(
        self, pod: Object, container: Object, here: _Pod, volumes: dict[str, Path], variables: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        name, metadata = container["name"], pod["metadata"]
        program = [*self._programs[name], *container.get("command", [""])[1:]]
        command = [*program, *(expand(word, variables) for word in container.get("args", []))]
        root = self._folder / "roots" / str(next(self._numbers))
        root.mkdir(parents=True)
        log = self.log(metadata["name"], name)
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as out:
            process = subprocess.Popen(
                [*here.network.entering, "unshare", "--mount", "sh", str(_START), str(root), *command],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                env={
                    "PATH": os.environ["PATH"],
                    "HOSTNAME": metadata["name"],
                    "KUBERNETES_SERVICE_HOST": self._server,
                    "KUBERNETES_SERVICE_PORT": "443",
                    **variables,
                },
            )
        assert process.stdin
        process.stdin.write(self._content(metadata["namespace"], container, volumes).encode())
        process.stdin.close()
        return process

    def _content(self, namespace: str, container: Object, volumes: dict[str, Path]) -> str:
        names = self._folder / f"resolv.{namespace}"
        search = f"{namespace}.svc.cluster.local svc.cluster.local"
        names.write_text(f"search {search}\nnameserver {GATEWAY}\noptions ndots:5\n")
        found = {str(path): path for path in self._shown if path.exists()}
        found |= {**self._files, "/etc/resolv.conf": names}
        for mount in container.get("volumeMounts", []):
            source = volumes[mount["name"]] / mount.get("subPath", "")
            if source.exists():
                found[mount["mountPath"]] = source
        return "".join(f"{source} {target}\n" for target, source in found.items())

    def _end(self, pod: _Pod) -> None:
        for process in pod.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in pod.processes.values():
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        pod.network.close()
