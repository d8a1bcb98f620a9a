"""What a look at files notices."""

import threading
import time
from pathlib import Path

from rehearsal.live.watch.changes import EVERY_SECONDS, Changes


def test_at_first_all_is_new_and_then_what_came_changed_or_went(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("one", "other", "third"))
    one.write_text("1")
    other.write_text("1")
    changes = Changes(lambda: sorted(tmp_path.iterdir()))
    assert changes.pending()
    assert changes.take() == {one, other}
    assert not changes.pending()

    one.write_text("2, and longer")
    other.unlink()
    third.write_text("1")
    assert changes.pending()
    assert changes.take() == {one, other, third}
    assert not changes.pending()


def test_files_that_are_still_being_written_are_taken_once(tmp_path: Path) -> None:
    changes = Changes(lambda: sorted(tmp_path.iterdir()))

    def write() -> None:
        for number in range(6):
            (tmp_path / str(number)).write_text("a file of many")
            time.sleep(EVERY_SECONDS / 4)

    writer = threading.Thread(target=write)
    writer.start()
    while not changes.pending():
        time.sleep(0.01)
    taken = changes.take()
    writer.join()
    assert len(taken) == 6
    assert not changes.pending()
