"""What is wrong with an input, said so that a person can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in one place: where it is, what stands there, which rule it breaks, and the way out."""

    file: str
    entry: str
    field: str
    value: str
    rule: str
    fix: str

    def __str__(self) -> str:
        where = " · ".join(part for part in (self.file, self.entry, self.field) if part)
        return f"{where}: {self.value}\n    rule: {self.rule}\n    fix:  {self.fix}"


class InvalidInputError(Exception):
    """All that is wrong with the input, at once. Its text is for the person who wrote the input."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the input; nothing was changed."
        super().__init__("\n".join([head, *map(str, self.problems)]))
