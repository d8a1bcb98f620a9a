"""What a check found: its result, with value, rule and fix."""

from dataclasses import dataclass
from enum import StrEnum

from planning.inputs.problem import Problem


class Result(StrEnum):
    """How a check ended. STOPS: an `up` would fail, or what it makes would not run."""

    OK = "ok"
    WARNING = "warning"
    STOPS = "stops"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """Why a question has no answer, in a word or two, and what would get it one."""

    reason: str
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """about: the value that was seen, the rule for it, and the fix; without a fix there is nothing to do."""

    check: str
    result: Result
    about: Problem


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule, and the place that it is about; makes findings."""

    name: str
    rule: str
    file: str = ""
    entry: str = ""
    field: str = ""

    def ok(self, value: str) -> Finding:
        """The rule holds."""
        return self._finding(Result.OK, value, "")

    def warns(self, value: str, fix: str) -> Finding:
        """It runs, and hurts."""
        return self._finding(Result.WARNING, value, fix)

    def stops(self, value: str, fix: str) -> Finding:
        """An `up` would fail, or what it makes would not run."""
        return self._finding(Result.STOPS, value, fix)

    def skipped(self, why: Unanswered, what: str = "") -> Finding:
        """Nobody could be asked. what: instead of the whole check."""
        return self._finding(Result.SKIPPED, f"{what}: {why.reason}" if what else why.reason, why.fix)

    def _finding(self, result: Result, value: str, fix: str) -> Finding:
        about = Problem(file=self.file, entry=self.entry, field=self.field, value=value, rule=self.rule, fix=fix)
        return Finding(check=self.name, result=result, about=about)
