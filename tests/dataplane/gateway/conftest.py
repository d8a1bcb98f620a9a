"""These tests run in namespaces of their own: a second pytest is started in there, and its reports are passed on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.progress import Progress
from tests.conftest import shown
from tests.dataplane.cluster import namespaces
from tests.dataplane.cluster.elsewhere import Elsewhere, pass_on
from tests.dataplane.gateway import parts
from tests.dataplane.gateway.plugins import SERVED, STOPPED
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.start import start

_HERE = Path(__file__).parent
_elsewhere = pytest.StashKey[Elsewhere]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    # pytest asks every conftest.py about every test of a run, not only about those beside it.
    if namespaces.inside() or item.path.parent != _HERE:
        return None
    if _elsewhere not in item.session.stash:
        item.session.stash[_elsewhere] = _go_in(item)
    item.session.stash[_elsewhere].report(item)
    # What an earlier test of another folder has set up, and the next one does not share, is ended by nobody else.
    item.session._setupstate.teardown_exact(nextitem)  # pyright: ignore[reportPrivateUsage]  # as pytest's runner does
    return True


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if namespaces.inside():
        pass_on(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if found := session.stash.get(_elsewhere, None):
        found.end()


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """With all plugins of plugins.py."""
    running = start(parts.handed_over())
    running.put(STOPPED)
    running.add(*SERVED)
    yield running
    running.cluster.stopped.set()


def _go_in(item: pytest.Item) -> Elsewhere:
    here = [each.nodeid for each in item.session.items if each.path.parent == _HERE]
    if why := namespaces.refusal():
        return Elsewhere.refused(why)
    try:
        with shown(item.config):
            found = parts.gather(Progress(sys.stderr))
    except pytest.skip.Exception as error:
        return Elsewhere.refused(str(error))
    except Exception as error:  # noqa: BLE001  # told as the failure of every test in here
        return Elsewhere.failed(f"{type(error).__name__}: {error}")
    return Elsewhere.started(here, parts.variable(found), rootdir=str(item.config.rootpath))
