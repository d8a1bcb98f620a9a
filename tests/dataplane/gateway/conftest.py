"""One gateway on live nodes for the whole folder."""

from collections.abc import Iterator

import pytest

from tests.conftest import shown
from tests.dataplane.gateway.parts import gather
from tests.dataplane.gateway.plugins import SERVED, STOPPED
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.start import running


@pytest.fixture(scope="package")
def rig(pytestconfig: pytest.Config) -> Iterator[Rig]:
    """With all plugins of plugins.py."""
    with shown(pytestconfig):
        parts = gather()
    with running(parts) as found:
        found.put(STOPPED)
        found.add(*SERVED)
        yield found
