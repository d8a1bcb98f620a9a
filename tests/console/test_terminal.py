"""What people read in a terminal, and programs in a pipe."""

import json
import os
from io import StringIO

import pytest
from rich.text import Text

from console import terminal
from console.terminal import WIDTH, Answer, Terminal, as_text, table, tell


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What OUT prints."""
    out = StringIO()
    monkeypatch.setattr(terminal, "OUT", Terminal(file=out, width=WIDTH))
    return out


def test_what_looks_like_a_tag_an_emoji_or_a_number_is_printed_as_it_is(said: StringIO) -> None:
    tell(Answer(data=None, text=Text("[bold]x[/] :smile: 42")), as_json=False)
    assert said.getvalue() == "[bold]x[/] :smile: 42\n"


def test_a_text_to_copy_is_never_broken_and_any_other_fits_the_width(said: StringIO) -> None:
    long = "word " * 40
    tell(Answer(data=None, text=long), as_json=False)
    assert said.getvalue() == f"{long}\n"
    assert max(map(len, as_text(Text(long)).splitlines())) <= WIDTH


def test_json_is_the_data_alone(said: StringIO) -> None:
    tell(Answer(data={"a": (1, 2)}, text="for people"), as_json=True)
    assert json.loads(said.getvalue()) == {"a": [1, 2]}


def test_a_table_aligns_numbers_to_the_right_and_ends_no_line_with_blanks() -> None:
    lines = as_text(table([("what", "USD"), ("nodes", "1,000"), ("all", "7")], numbers=True, total=True)).splitlines()
    assert lines == ["what     USD", "nodes  1,000", "all        7"]


def test_only_a_column_that_gives_is_cut_or_broken_where_there_is_no_room() -> None:
    lines = as_text(table([("name", "long " * 8)], head=False), width=20).splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 20
    assert lines[0].startswith("name")


def test_a_reader_that_has_seen_enough_ends_the_talk_and_not_the_work() -> None:
    reads, writes = os.pipe()
    with os.fdopen(writes, "w") as pipe:
        talker = Terminal(file=pipe)
        os.close(reads)
        talker.on_broken_pipe()
        talker.out("unheard")
        assert talker.quiet
