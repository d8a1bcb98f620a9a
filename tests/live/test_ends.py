"""However nodes end, nothing of them is left on this machine."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.kube_api import Object
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.live import start_nodes
from rehearsal.live.machine import Machine
from rehearsal.live.nodes import live_nodes
from rehearsal.progress import Progress
from rehearsal.tools.toolbox import Found, Toolbox
from stack.plan import load_plan
from tests.engine.checkout import Checkout, copy_of_the_checkout
from tests.live.kills import kill, kill_amid
from tests.live.machine import descendants, nothing, numbers, traces
from tests.wait import wait_for

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = (0.03, 0.08, 0.15, 0.25, 0.35, 0.5, 0.7, 0.9, 1.2, 1.6, 2.1, 2.7, 3.4, 4.2, 5.2, 6.5, 8.0)
"""Seconds from the start of nodes to their first pods: more of them while namespaces, mounts and groups are made."""
LATER: Mapping[str, Callable[[Checkout], object]] = {
    "data servers": lambda checkout: list(checkout.state.glob("clusters/*/live/data.log")),
    "the first of the stack": lambda checkout: checkout.finished("up") > 20,
    "databases": lambda checkout: checkout.finished("up") > 200,
    "the gateway's release": lambda checkout: checkout.finished("up", "gateway-release"),
    "plugins": lambda checkout: checkout.finished("up") > 550,
    "the edge": lambda checkout: list(checkout.state.glob("**/edge.pid")),
}
"""Each by what there is for the first time. NAAP_LONG_TESTS=1 kills everything at each: some minutes for one."""


@pytest.fixture(scope="module")
def access(
    live_tools: Mapping[str, Found], definitions: list[Object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Access]:
    """A control plane alone."""
    plane = ControlPlane(tmp_path_factory.mktemp("ends"), "us-east-1")
    try:
        yield plane.start(live_tools, definitions)
    finally:
        LiveCluster(plane.folder).stop()
        plane.stop()


def start(access: Access) -> LiveCluster:
    """Nodes of dev on it."""
    plan = load_plan("dev", ROOT)
    nodes = live_nodes(plan.home, plan.tier, Machine.here())
    start_nodes(nodes, access, Toolbox(Progress(sys.stderr)), Progress(sys.stderr))
    return LiveCluster(access.kubeconfig.parent)


def gone(cluster: LiveCluster) -> bool:
    """Whether this machine has nothing of the nodes."""
    return nothing(traces(cluster.folder, cluster.group))


def test_nodes_leave_nothing_and_come_back(access: Access) -> None:
    links = traces(access.kubeconfig.parent, "x").links
    cluster = start(access)
    assert not gone(cluster)
    assert traces(cluster.folder, cluster.group).links == links  # all networks are their own

    cluster.stop()
    assert gone(cluster)
    assert not cluster.egress.exists()

    started = time.monotonic()
    start(access)
    assert time.monotonic() - started < 60
    cluster.stop()
    assert gone(cluster)


def test_a_node_that_is_lost_takes_all_of_its_own_with_it_and_comes_back(access: Access) -> None:
    cluster = start(access)
    name = (cluster.site() or pytest.fail("no site")).nodes[1].name
    before = cluster.first_process(name)
    cluster.lose(name)
    wait_for("its end", lambda: cluster.first_process(name) is None)
    cluster.bring_back(name)
    assert wait_for("its return", lambda: cluster.first_process(name)) != before
    cluster.stop()
    assert gone(cluster)


@pytest.mark.parametrize("number", range(len(MOMENTS)))
def test_a_kill_at_any_moment_of_the_start_leaves_nothing_that_an_end_does_not_remove(
    access: Access, number: int
) -> None:
    """In turn of the command alone, and of all that it has started too."""
    cluster = LiveCluster(access.kubeconfig.parent)
    before = traces(cluster.folder, cluster.group)
    child = os.fork()
    if child == 0:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        start(access)
        os._exit(0)
    time.sleep(MOMENTS[number])
    kill([child] if number % 2 else [child, *descendants(child), *numbers(cluster.folder)])
    os.waitpid(child, 0)

    cluster.stop()
    after = traces(cluster.folder, cluster.group)
    assert nothing(after), after
    assert (after.links, after.network) == (before.links, before.network)


@pytest.mark.skipif("NAAP_LONG_TESTS" not in os.environ, reason="minutes each: NAAP_LONG_TESTS=1 runs them")
@pytest.mark.parametrize("moment", LATER)
def test_a_kill_of_everything_in_a_whole_rehearsal_leaves_nothing_that_an_end_does_not_remove(
    live_tools: Mapping[str, Found], tmp_path_factory: pytest.TempPathFactory, moment: str
) -> None:
    assert live_tools
    # A short name: what listens on a socket's path there can't have a long one.
    checkout = copy_of_the_checkout(tmp_path_factory.mktemp("kill") / "checkout")
    before = traces(checkout.root, "")
    kill_amid(checkout, "live", lambda: LATER[moment](checkout), everything=True)
    groups = [LiveCluster(folder).group for folder in checkout.state.glob("clusters/*")]

    said = checkout.command("down")
    assert said.returncode == 0, said.stderr
    for group in groups:
        after = traces(checkout.root, group)
        assert nothing(after), after
        assert (after.links, after.network) == (before.links, before.network)
    assert not checkout.state.exists()


def test_a_kill_of_the_process_on_which_all_hangs_ends_all(access: Access) -> None:
    cluster = start(access)
    pid = cluster.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for("the end of every process", lambda: not traces(cluster.folder, cluster.group).processes, seconds=10)
    cluster.stop()
    assert gone(cluster)
