"""The distribution that the program makes of the real registry, and Node for its functions."""

from collections.abc import Generator

import pytest

from rehearsal.live.edge.cloudfront.distribution import Distribution
from rehearsal.live.edge.cloudfront.functions import Functions
from tests.components.estate import Estate
from tests.components.recording import Recorded, build
from tests.dataplane.npm import NODE
from tests.planning import samples


@pytest.fixture(scope="session")
def functions() -> Generator[Functions]:
    with Functions(NODE) as running:
        yield running


@pytest.fixture(scope="session")
def records() -> list[Recorded]:
    """Of the smallest tier: one region."""
    return build(lambda: Estate(samples.settings(1_000)))


@pytest.fixture(scope="session")
def distribution(records: list[Recorded], functions: Functions) -> Distribution:
    return Distribution(records, functions)
