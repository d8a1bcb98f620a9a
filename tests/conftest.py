"""Tools and control planes for tests that run real programs."""

import signal
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest

from rehearsal.control_plane import crds
from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.kube_api import COLLECTIONS, KubeApi, Object
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Found, Toolbox
from tests.stop_signals import interrupt_by
from tests.wait import wait_for

REMOVAL_SECONDS = 120


def pytest_configure() -> None:
    """Pytest stops what tests started where it is interrupted, and not where SIGTERM ends it."""
    interrupt_by(signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class RunningControlPlane:
    """A control plane that runs for the whole session, in us-east-1. api: plain requests to it."""

    plane: ControlPlane
    access: Access
    api: KubeApi

    def remove(self, namespaces: Iterable[str]) -> None:
        """Deletes them and waits until they are gone: what comes next may make the same ones."""
        leaving = set(namespaces)

        def left() -> set[str]:
            return leaving & {item["metadata"]["name"] for item in self.api.items("Namespace")}

        for name in left():
            self.api.request("DELETE", f"{COLLECTIONS['Namespace']}/{name}")
        wait_for(f"the end of {', '.join(sorted(leaving))}", lambda: not left(), seconds=REMOVAL_SECONDS)


@pytest.fixture(scope="session")
def tools(pytestconfig: pytest.Config) -> Mapping[str, Found]:
    """Every tool by name (`tools["pulumi"].path`); got like in a rehearsal, so a first run takes minutes."""
    with shown(pytestconfig):
        return Toolbox(Progress(sys.stderr)).get(tool_table.ALL)


@pytest.fixture(scope="session")
def definitions(pytestconfig: pytest.Config) -> list[Object]:
    """The custom resource definitions of every control plane."""
    progress = Progress(sys.stderr)
    with shown(pytestconfig):
        return crds.get(Toolbox(progress), progress)


@pytest.fixture(scope="session")
def control_plane(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningControlPlane]:
    """One control plane, shared: make a namespace of your own in it."""
    plane = ControlPlane(tmp_path_factory.mktemp("control-plane"), "us-east-1")
    try:
        access = plane.start(tools, definitions)
        yield RunningControlPlane(
            plane=plane, access=access, api=KubeApi(access.endpoint, access.authority, access.token)
        )
    finally:
        plane.stop()


@contextmanager
def shown(config: pytest.Config) -> Generator[None]:
    """Let progress through to the terminal: a silent build of minutes looks like a test that hangs."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        yield
