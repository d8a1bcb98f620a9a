"""A rehearsal of its own, in a copy of the checkout, used as a person would use it: by its commands."""

from collections.abc import Iterator

import pytest

from tests.engine.checkout import Checkout, copy_of_the_checkout


@pytest.fixture(scope="module")
def checkout(tools: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The copy; afterwards its rehearsal is taken down, and nothing of it may be left running.

    tools: got before, so that no test waits for them.
    """
    assert tools
    copy = copy_of_the_checkout(tmp_path_factory.mktemp("engine") / "checkout")
    yield copy
    down = copy.command("down")
    left = copy.processes()
    copy.kill(left)
    assert down.returncode == 0, down.stderr
    assert not left
