"""One platform with the example application's tables, for all tests here."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.examples.platform import Examples


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    """With the schemas of base-svc, of the example plugin, and of one that it stands in for."""
    with ExitStack() as running:
        found = Examples(tmp_path_factory.mktemp("examples"), running)
        for plugin in ("base-svc", "notes", "my-wallet"):
            found.make_schema(plugin)
        yield found
