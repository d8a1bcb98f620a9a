"""The loop of a plugin's author: what is saved is in the pods, and in the page, within seconds."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planning.edge.shell_documents import bundle_key
from rehearsal.live.images.examples import PLUGIN as BACKEND
from tests.live.conftest import LiveStack
from tests.live.site import Site
from tests.plugin_plans import real_registry
from tests.wait import wait_for

PLUGIN = "community"
ENTRY = real_registry().by_name[PLUGIN]
SECONDS = 120
"""By far more than it takes where nobody else works."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """Somebody who works on the plugin in a folder, with a terminal in which it is watched."""

    folder: Path
    terminal: Path
    process: subprocess.Popen[bytes]
    site: Site

    def edit(self, file: str, before: str, after: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after, 1))

    def said(self) -> str:
        assert self.process.poll() is None, self.terminal.read_text()
        return self.terminal.read_text()

    def waits_for(self, what: str, look: Callable[[], object]) -> None:
        """As often as a user may ask."""
        wait_for(what, look, seconds=SECONDS, every=0.7)

    def answer(self) -> str:
        """Of the backend, through the whole path."""
        assert ENTRY.backend
        found = self.site.get(f"{ENTRY.backend.api_prefix}/", self.site.signed_in)
        assert found.status_code == 200, found.text
        return found.text

    def bundle(self) -> str:
        """As browsers get it."""
        assert ENTRY.frontend
        found = self.site.get(f"/{bundle_key(PLUGIN, ENTRY.version, ENTRY.frontend.bundle)}")
        assert (found.status_code, found.headers["cache-control"]) == (200, "no-cache")
        return found.text


@pytest.fixture(scope="module")
def author(live: LiveStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Author]:
    """At the end all is as it was before, and the stack runs on."""
    place = tmp_path_factory.mktemp("author")
    # Called as the example's: its packages are there.
    folder, terminal = place / "plugin", place / "terminal"
    shutil.copytree(BACKEND.parent, folder)
    command = [sys.executable, "-m", "naap", "live", "--watch", f"{PLUGIN}={folder}"]
    with terminal.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=live.checkout.root, env=live.checkout.environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        author = Author(folder=folder, terminal=terminal, process=process, site=Site(live, place))
        author.waits_for("the folder to be put in", lambda: f"{PLUGIN}: backend: done" in author.said())
        yield author
        for path in ("backend/app.js", "backend/package-lock.json", "frontend/notes.js"):
            shutil.copy(BACKEND.parent / path, folder / path)
        author.waits_for("the end", lambda: author.answer().startswith('{"notes"'))
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
    assert code == 0, terminal.read_text()
    assert "no longer watched" in terminal.read_text()
    assert live.cluster.pid() is not None


def test_a_changed_backend_answers_within_seconds(author: Author) -> None:
    author.edit("backend/app.js", "({ notes: await", "({ changed: 'by its author', notes: await")
    author.waits_for("the new answer", lambda: "by its author" in author.answer())


def test_a_changed_bundle_is_in_the_page_within_seconds(author: Author) -> None:
    author.edit("frontend/notes.js", "'A note'", "'A changed note'")
    author.waits_for("the new bundle", lambda: "A changed note" in author.bundle())


def test_a_backend_that_does_not_start_leaves_the_one_before_and_says_why(author: Author) -> None:
    before = author.answer()
    author.edit("backend/app.js", "'use strict'", "'use strict'\nthrow new Error('broken by its author')")
    author.waits_for("the reason", lambda: "pods as before serve on" in author.said())
    assert "broken by its author" in author.said()
    assert author.answer() == before

    author.edit("backend/app.js", "\nthrow new Error('broken by its author')", "")
    author.edit("backend/app.js", "notes: await", "mended: 'once more', notes: await")
    author.waits_for("what was mended", lambda: "once more" in author.answer())


def test_a_bundle_that_no_browser_can_read_is_not_put_into_the_page(author: Author) -> None:
    author.edit("frontend/notes.js", "'use strict'", "'use strict' oh no")
    author.waits_for("the reason", lambda: "browsers could not read this one" in author.said())
    assert "oh no" not in author.bundle()


def test_packages_that_can_not_be_had_leave_all_as_it_was(author: Author) -> None:
    before = author.answer()
    author.edit("backend/package-lock.json", '"lockfileVersion": 3', '"lockfileVersion": three')
    author.waits_for("the reason", lambda: "can't be had from npm" in author.said())
    assert author.answer() == before
