"""One live rehearsal of dev for the whole folder: started by its command, looked at, and taken down."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rehearsal import RehearsalError
from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.kube_api import KubeApi, Object
from rehearsal.live import machine
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.images.loading import load
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Found, Toolbox
from tests.conftest import shown
from tests.engine.checkout import Checkout, copy_of_the_checkout
from tests.live.exec import Done, run_in
from tests.live.kills import kill, kill_amid
from tests.live.machine import Traces, nothing, numbers, traces
from tests.live.pods import IMAGE, archive, spec
from tests.wait import wait_for


@dataclass(frozen=True, kw_only=True)
class LiveStack:
    """What runs. report, site: as the command gave them: of nodes, and of how to ask the site."""

    checkout: Checkout
    cluster: LiveCluster
    access: Access
    api: KubeApi
    report: Mapping[str, Any]
    site: Mapping[str, Any]

    def namespace(self, name: str, **labels: str) -> str:
        """Makes one, in which restricted Pod Security holds."""
        stated = {"pod-security.kubernetes.io/enforce": "restricted", **labels}
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": stated}}
        self.api.request("POST", "/api/v1/namespaces", body)
        return name

    def pod(self, namespace: str, name: str, *command: str, **changes: Any) -> Object:
        """A running pod of busybox."""
        labels = changes.pop("labels", {"app": name})
        body = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": labels},
            "spec": spec(command or ("sleep", "3600"), **changes),
        }
        self.api.request("POST", f"/api/v1/namespaces/{namespace}/pods", body)
        wait_for(f"{namespace}/{name} to be ready", lambda: _ready(self.read(namespace, name)))
        return self.read(namespace, name)

    def read(self, namespace: str, name: str) -> Object:
        """A pod as it is now."""
        return self.api.request("GET", f"/api/v1/namespaces/{namespace}/pods/{name}")

    def run(self, namespace: str, pod: str, *command: str) -> Done:
        """A command in a pod."""
        return run_in(self.access, namespace, pod, *command)

    def process(self, program: str, node: str) -> int:
        """Number of a node's program."""
        words = (program, f"--hostname-override={node}")
        found = [pid for pid, line in self.checkout.processes(f"/{program}").items() if all(w in line for w in words)]
        (pid,) = found
        return pid

    @property
    def root(self) -> Path:
        """Of a node's file system, as it was unpacked."""
        site = self.cluster.site()
        assert site is not None
        return Path(site.root)

    def traces(self) -> Traces:
        """What this machine has of it."""
        return traces(self.checkout.root, self.cluster.group)


@pytest.fixture(scope="session")
def live_tools(tools: Mapping[str, Found], pytestconfig: pytest.Config) -> Mapping[str, Found]:
    """Every tool, those of live nodes too. Skips where those can't run."""
    try:
        machine.check(Path("/tmp/x"))  # noqa: S108  # a short path
    except RehearsalError as error:
        pytest.skip(str(error))
    with shown(pytestconfig):
        return {**tools, **Toolbox(Progress(sys.stderr)).get(tool_table.LIVE)}


@pytest.fixture(scope="session")
def live(live_tools: Mapping[str, Found], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """The dev stack on live nodes. Killed on the way up, it goes on; killed when all of it runs, nothing of it is left
    after its end, which is killed too (test_ends.py has the earlier moments)."""
    assert live_tools
    checkout = copy_of_the_checkout(tmp_path_factory.mktemp("live") / "checkout")
    group = "/none-yet"
    before = traces(checkout.root, group)
    try:
        kill_amid(
            checkout, "live", lambda: checkout.finished("up", "gateway-release") and checkout.finished("up") > 300
        )
        said = checkout.command("live", "--json")
        assert said.returncode == 0, said.stderr + checkout.log("up")
        stack = running(checkout, json.loads(said.stdout)["report"])
        group = stack.cluster.group
        load(stack.cluster, stack.api, IMAGE, archive(stack.cluster.folder, stack.root))
        yield stack
        begun = checkout.state / "logs" / "up.events"
        begun.unlink()
        kill_amid(checkout, "live", begun.exists, everything=True)
        kill_amid(checkout, "down", lambda: checkout.finished("destroy") > 100)
    finally:
        down = checkout.command("down")
        left = traces(checkout.root, group)
        kill(numbers(checkout.root))
        assert down.returncode == 0, down.stderr
        assert nothing(left), left
        assert (left.links, left.network) == (before.links, before.network)
        assert not checkout.state.exists()


def running(checkout: Checkout, report: Mapping[str, Any]) -> LiveStack:
    """What a command has started in a checkout."""
    (kubeconfig,) = report["kubeconfigs"].values()
    folder = Path(kubeconfig).parent
    access = ControlPlane(folder, "us-east-1").access()
    return LiveStack(
        checkout=checkout,
        cluster=LiveCluster(folder),
        access=access,
        api=access.api(),
        report=report["live"],
        site=report["site"],
    )


def _ready(pod: Object) -> bool:
    conditions: list[Object] = pod["status"].get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
