"""Rounds of all ways, one after the other, each in an API server of its own that has nothing of the platform yet."""

import os
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measure import Measured, cpu_seconds, measure
from benchmarks.provisioners.built import KUBECTL
from benchmarks.provisioners.chart import Object
from benchmarks.provisioners.ours import Ours
from benchmarks.provisioners.peers import ALL, Peer, as_texts
from rehearsal import RehearsalError
from rehearsal.control_plane import crds
from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.kube_api import KubeApi, has_condition
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Toolbox
from tests.wait import wait_for

OURS = "ours"
PREVIEW, UP = "preview", "first up"
_ROUNDS, _LONG = 3, 180
"""A round that takes more seconds than this is the last one."""
_MOST_SECONDS = 600


class Rounds:
    """Of this many plugins, in a folder. left_out: peers that can't be had here, with the reason.

    results: by way and step. By way: waited: seconds after `up` until pods are ready, which ours waits for; served: CPU
    seconds of the control plane during all of it.
    """

    def __init__(self, folder: Path, plugins: int) -> None:
        self._folder, self._progress = folder, Progress(sys.stderr)
        toolbox = Toolbox(self._progress)
        self._tools = toolbox.get([*tool_table.ALL, KUBECTL])
        self._definitions = crds.get(toolbox, self._progress)
        self._ours = Ours(folder / "ours", plugins, self._tools["pulumi"])
        self._peers: dict[str, tuple[Peer, Mapping[str, str]]] = {}
        self.left_out: dict[str, str] = {}
        for peer in ALL:
            try:
                self._peers[peer.name] = peer, peer.get(toolbox, self._progress)
            except RehearsalError as error:
                self.left_out[peer.name] = str(error)
        self.resources, self.objects = 0, list[Object]()
        self.results: dict[str, dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
        self.waited: dict[str, list[float]] = defaultdict(list)
        self.served: dict[str, list[float]] = defaultdict(list)

    def run(self) -> None:
        """All rounds. Raises CommandFailedError, and RehearsalError where a peer has other objects than ours."""
        for _ in range(_ROUNDS):
            began = time.monotonic()
            with self._api_server(OURS) as access:
                self._measure_ours(access)
            for peer, variables in self._peers.values():
                with self._api_server(peer.name) as access:
                    self._measure(peer, variables, access)
            if time.monotonic() - began > _LONG:
                break

    def _measure_ours(self, access: Access) -> None:
        engine = self._ours.engine(access)
        self._note(OURS, PREVIEW, self._ours.run(engine, "preview"))
        self._note(OURS, UP, self._ours.run(engine, "up"))
        self._wait(OURS, access)
        self.resources, self.objects = self._ours.made(engine)

    def _measure(self, peer: Peer, variables: Mapping[str, str], access: Access) -> None:
        folder = self._folder / "peer"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        peer.write(self.objects, folder)
        # A dry run takes nothing into a namespace that isn't there.
        access.api().apply(item for item in self.objects if item["kind"] == "Namespace")
        path = os.pathsep.join([variables["PATH"], str(self._tools["kubectl"].path.parent), os.environ["PATH"]])
        environment = {**os.environ, **variables, "PATH": path, "KUBECONFIG": str(access.kubeconfig)}
        for step, command in ((PREVIEW, peer.preview), (UP, peer.up)):
            self._note(peer.name, step, measure(["/bin/sh", "-c", command], folder=folder, environment=environment))
        self._wait(peer.name, access)
        if peer.objects(folder) != as_texts(self.objects):
            raise RehearsalError(f"{peer.name} was given other objects than ours.")

    def _note(self, way: str, step: str, took: Measured) -> None:
        self._progress.say(f"  {way}, {step}: {took.seconds:.1f} s, of CPU {took.cpu_seconds:.1f} s")
        self.results[way][step].append(took)

    def _wait(self, way: str, access: Access) -> None:
        began = time.monotonic()
        wait_for("all pods", partial(_ready, access.api()), seconds=_MOST_SECONDS, every=0.5)
        self.waited[way].append(time.monotonic() - began)
        self._progress.say(f"  {way}, pods: {self.waited[way][-1]:.1f} s later")

    @contextmanager
    def _api_server(self, way: str) -> Generator[Access]:
        """A new one. What it and its controllers work, on the same cores, is noted."""
        plane = ControlPlane(self._folder / "plane", "us-east-1")
        try:
            access = plane.start(self._tools, self._definitions)
            before = _used(plane)
            yield access
            self.served[way].append(_used(plane) - before)
        finally:
            plane.stop()
            shutil.rmtree(plane.folder)


def _ready(api: KubeApi) -> bool:
    jobs = api.request("GET", "/apis/batch/v1/jobs")["items"]
    available = (has_condition(each, "Available") for each in api.items("Deployment"))
    return all(available) and all(has_condition(each, "Complete") for each in jobs)


def _used(plane: ControlPlane) -> float:
    states = plane.states()
    by_process = cpu_seconds(states.keys())
    return sum(by_process[process] for process in states.values() if process)
