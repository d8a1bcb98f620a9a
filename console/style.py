"""Colour, where there is a terminal that shows it."""

import os
from dataclasses import dataclass
from typing import TextIO

_RESET = "\x1b[0m"


@dataclass(frozen=True, kw_only=True)
class Style:
    """Paints whole cells or lines, after they were aligned: codes have no width on a screen, but have in a string."""

    colour: bool

    @classmethod
    def of(cls, stream: TextIO) -> "Style":
        """Colour on a terminal only, unless NO_COLOR is set or the terminal is dumb."""
        shown = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(colour=shown)

    def strong(self, text: str) -> str:
        """A heading, or a sum."""
        return self._paint(text, "1")

    def faint(self, text: str) -> str:
        """What can be skipped: sources, remarks."""
        return self._paint(text, "2")

    def good(self, text: str) -> str:
        """What holds, or gets cheaper."""
        return self._paint(text, "32")

    def warning(self, text: str) -> str:
        """What comes near a limit."""
        return self._paint(text, "33")

    def bad(self, text: str) -> str:
        """What passes a limit, or is lost."""
        return self._paint(text, "31")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.colour and text else text
