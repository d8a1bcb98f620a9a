"""The commands that the pages in docs/ tell people to type."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page for pattern in ("docs/**/*.md", "*.md", "examples/*.md", "examples/*/*.md") for page in ROOT.glob(pattern)
)
BLANK = "BLANK"
"""Stands for what a reader, or another command, fills in: `<ARN>` on the page."""

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_LEFT_OPEN = re.compile(r"<[^<>]+>|\$\([^)]*\)")
_GOES_ON = re.compile(r"(?:.*\\\n)+.*")
_PICTURE = re.compile(r"\S {3,}[^#\s]")
"""Words far from each other: something that is drawn."""
_ENDS = frozenset({"|", ">", ";", "&&", "||"})


@dataclass(frozen=True, kw_only=True)
class Command:
    """words: of the command alone, without what its output goes to; file: of the page, from the root."""

    page: str
    line: int
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {shlex.join(self.words)}"


def commands(program: str) -> list[Command]:
    """Every command of a program on any page, in blocks and within sentences."""
    return [
        Command(page=str(page.relative_to(ROOT)), line=line, words=words)
        for page in PAGES
        for line, text in _texts(page.read_text())
        for words in _split(text)
        if words[0] == program and len(words) > 1
    ]


def lines(page: Path, program: str) -> Iterator[str]:
    """What a page tells people to type that begins with a program, whole: with pipes and what is left open."""
    for _, text in _texts(page.read_text()):
        if text.startswith(f"{program} ") and any(_split(text)):
            yield text


def spans(page: Path) -> Iterator[tuple[int, str]]:
    """What a page quotes within its sentences, with the number of its line."""
    prose = _FENCED.sub(lambda block: "\n" * block[0].count("\n"), page.read_text())
    for found in _INLINE.finditer(prose):
        yield prose[: found.start()].count("\n") + 1, re.sub(r"\s+", " ", found[1])


def _texts(text: str) -> Iterator[tuple[int, str]]:
    """Lines of code, indented or fenced, and what is quoted within sentences."""
    prose: list[str] = []
    fenced = False
    # A line that goes on counts as one, and the numbers of those after it stay.
    joined = _GOES_ON.sub(_on_one_line, text)
    for number, line in enumerate(joined.splitlines(), start=1):
        fenced ^= line.startswith("```")
        code = fenced or line.startswith("    ")
        prose.append("" if code else line)
        if code and not _PICTURE.search(line):
            yield number, line.strip()
    rest = "\n".join(prose)
    for found in _INLINE.finditer(rest):
        yield rest[: found.start()].count("\n") + 1, re.sub(r"\s+", " ", found[1])


def _on_one_line(lines: re.Match[str]) -> str:
    first, *rest = lines[0].split("\\\n")
    return " ".join((first.rstrip(), *(line.strip() for line in rest))) + "\n" * len(rest)


def _split(text: str) -> Iterator[tuple[str, ...]]:
    """The commands of a line; none where it is no line of a shell."""
    lexer = shlex.shlex(_LEFT_OPEN.sub(BLANK, text), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        tokens = list(lexer)
    except ValueError:
        return
    words: list[str] = []
    for token in [*tokens, ";"]:
        if token in _ENDS:
            if words:
                yield tuple(words)
            words = []
        else:
            words.append(token)
