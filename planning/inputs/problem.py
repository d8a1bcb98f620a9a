"""What is wrong with an input, said so that a person can mend it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import TypeVar

HIDDEN = "(not shown: may be secret)"
"""A value in a problem that nobody may read."""

Result = TypeVar("Result")
_SECRET = re.compile(r"://[^/\s:@]*:[^/\s@]+@|-----BEGIN |\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bsk-\w{16,}")


def reads_as_secret(text: str) -> bool:
    """Whether a text has the form of a credential: a URL with a password, a private key, a provider's token."""
    return bool(_SECRET.search(text))


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake in one place: where it is, what stands there, which rule it breaks, and the way out.

    A part that reads as a secret is not shown, whichever rule wrote it: errors end in logs.
    """

    file: str
    entry: str
    field: str
    value: str
    rule: str
    fix: str

    def __post_init__(self) -> None:
        for part in fields(self):
            if reads_as_secret(getattr(self, part.name)):
                object.__setattr__(self, part.name, HIDDEN)

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


def refusal(*, value: str, rule: str, fix: str, file: str = "", entry: str = "", field: str = "") -> InvalidInputError:
    """One problem as an error."""
    return InvalidInputError([Problem(file=file, entry=entry, field=field, value=value, rule=rule, fix=fix)])


class Problems:
    """Collects what is wrong over several steps, so that a person sees all of it at once."""

    def __init__(self, found: Iterable[Problem] = ()) -> None:
        self._found = list(found)

    def add(self, *problems: Problem) -> None:
        """Notes problems that a step returned."""
        self._found += problems

    def attempt(self, step: Callable[[], Result]) -> Result | None:
        """The step's result, or None after noting the problems that it raised."""
        try:
            return step()
        except InvalidInputError as error:
            self._found += error.problems
            return None

    @property
    def found(self) -> tuple[Problem, ...]:
        """What was noted so far."""
        return tuple(self._found)

    @property
    def any(self) -> bool:
        """Whether anything was noted."""
        return bool(self._found)

    def error(self) -> InvalidInputError:
        """Everything noted so far, each problem once, in order."""
        return InvalidInputError(dict.fromkeys(self._found))

    def raise_if_any(self) -> None:
        """Raises InvalidInputError where anything was noted."""
        if self.any:
            raise self.error()
