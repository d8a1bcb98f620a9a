"""Every subcommand of `naap`, as the program itself describes it."""

from collections.abc import Iterator, Mapping
from typing import Any

from typer.main import get_command

from naap.app import app


class Described:
    """A command: the words that name it, and its options with their help."""

    def __init__(self, command: Any, words: tuple[str, ...] = ()) -> None:
        self.words = words
        self.name = " ".join(words)
        self.options: dict[str, str] = {
            option: f"{parameter.metavar} {parameter.help} {parameter.default}"
            for parameter in command.params
            for option in parameter.opts
            if option.startswith("-")
        }


def _all(command: Any, words: tuple[str, ...]) -> Iterator[Described]:
    inner: Mapping[str, Any] = getattr(command, "commands", {})
    if not inner:
        yield Described(command, words)
    for name, one in inner.items():
        yield from _all(one, (*words, name))


ROOT_COMMAND = Described(get_command(app))
COMMANDS: Mapping[str, Described] = {one.name: one for one in _all(get_command(app), ())}
GROUPS = frozenset(one.words[0] for one in COMMANDS.values() if one.words[1:])
