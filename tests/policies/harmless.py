"""Changes that take no protection away: harmless.yaml, read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from tests.policies.mutants import Mutant

FILE = Path(__file__).with_name("harmless.yaml")


@dataclass(frozen=True, kw_only=True)
class Harmless:
    """One pattern with its reason. where: patterns of the resource's name, any of them; stack: None for every stack."""

    pattern: str
    reason: str
    where: tuple[str, ...]
    stack: str | None

    def explains(self, mutant: Mutant, stack: str) -> bool:
        """Whether it says why nothing is lost by this change in this stack."""
        name = re.sub(r"^us[ew]\d-", "any-", mutant.original.name)
        return (
            self.stack in (None, stack)
            and fnmatchcase(mutant.said, self.pattern)
            and any(fnmatchcase(name, pattern) for pattern in self.where)
        )


def load_harmless() -> Sequence[Harmless]:
    """Every pattern of the file."""
    entries: list[dict[str, Any]] = yaml.safe_load(FILE.read_text())
    return [
        Harmless(
            pattern=pattern,
            reason=entry["reason"],
            where=tuple(str(entry.get("where", "*")).split("|")),
            stack=entry.get("stack"),
        )
        for entry in entries
        for pattern in entry["mutants"]
    ]
