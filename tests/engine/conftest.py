"""A rehearsal of its own, in a copy of the checkout, used as a person would use it: by its commands."""

from collections.abc import Iterator

import pytest

from tests.engine.checkout import Checkout, rehearsed


@pytest.fixture(scope="module")
def checkout(tools: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Of dev. tools: got before, so that no test waits for them."""
    assert tools
    with rehearsed(tmp_path_factory.mktemp("engine") / "checkout") as copy:
        yield copy
