"""The terminal: what people read, in 80 columns and without colour in a pipe, and what programs read (JSON)."""

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.table import Table

from console.text import to_plain

WIDTH = 80
"""Of what is written into files; rich takes the same where there is no terminal."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command found. data: what --json prints, of dataclasses and plain values; text: the same for a person.

    A text that is a str is printed as it is, for what is copied from it; any other is laid out in the terminal's width.
    """

    data: Any
    text: RenderableType


class Terminal(Console):
    """Prints texts as they are: what looks like a rich tag, an emoji or a number in them is none."""

    def __init__(self, *, file: TextIO | None = None, stderr: bool = False, width: int | None = None) -> None:
        colour = None if os.environ.get("NO_COLOR") else "auto"
        super().__init__(
            file=file, stderr=stderr, width=width, color_system=colour, markup=False, highlight=False, emoji=False
        )

    def on_broken_pipe(self) -> None:
        """Where the reader (head, less) has seen enough, the work goes on, and nothing more is said."""
        self.quiet = True
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, self.file.fileno())
        os.close(nobody)


OUT = Terminal()
ERRORS = Terminal(stderr=True)


def tell(answer: Answer, *, as_json: bool) -> None:
    """Prints an answer, for a program or for a person."""
    if as_json:
        OUT.out(json.dumps(to_plain(answer.data), indent=2, default=str))
    else:
        OUT.out(answer.text if isinstance(answer.text, str) else _laid_out(OUT, answer.text))


def as_text(shown: RenderableType, width: int = WIDTH) -> str:
    """What is shown, for a file or a list of lines."""
    return _laid_out(Terminal(file=io.StringIO(), width=width), shown)


def _laid_out(terminal: Terminal, shown: RenderableType) -> str:
    with terminal.capture() as caught:
        terminal.print(shown)
    return "\n".join(line.rstrip() for line in caught.get().splitlines())  # rich fills lines up to the width


def table(
    rows: Sequence[Sequence[str]],
    *,
    head: bool = True,
    total: bool = False,
    numbers: bool = False,
    gives: Sequence[int] = (-1,),
    styles: Sequence[str] = (),
) -> Table:
    """Rows as aligned columns, of which those in `gives` are broken or cut where the width is too small.

    head, total: the first row is a heading, the last a sum. numbers: all columns but the first to the right.
    styles: rich's, of the rows below the heading.
    """
    found = Table(box=None, show_header=False, pad_edge=False)
    giving = {column % len(rows[0]) for column in gives}
    for column in range(len(rows[0])):
        justify = "right" if numbers and column else "left"
        found.add_column(justify=justify, overflow="ellipsis", no_wrap=column not in giving)
    painted = ["bold"] * head + [*styles] + [""] * len(rows)
    for number, row in enumerate(rows):
        found.add_row(*row, style="bold" if total and number == len(rows) - 1 else painted[number])
    return found
