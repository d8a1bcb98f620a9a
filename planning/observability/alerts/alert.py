"""Alerts and the rules that make them, as Prometheus reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import yaml

RUNBOOKS = "docs/runbooks"
GROUP_SECONDS = 60
"""How often rules are computed."""
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # ten times as fast, where PyYAML was built with it


class Severity(StrEnum):
    """page: someone is woken, users are losing now. ticket: someone looks during the day."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """minutes: for how long the expression must hold. runbook: name of a page of docs/runbooks.

    summary: one sentence to whom it reaches; {{ $labels.x }} is filled in.
    """

    name: str
    expression: str
    minutes: int
    severity: Severity
    runbook: str
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def rule(self) -> dict[str, Any]:
        """As an entry of a rule group."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": f"{self.minutes}m",
            "labels": {**self.labels, "severity": self.severity.value},
            "annotations": {"summary": self.summary, "runbook": runbook_page(self.runbook)},
        }


@dataclass(frozen=True, kw_only=True)
class Record:
    """A series that is computed once for all who ask."""

    name: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def rule(self) -> dict[str, Any]:
        """As an entry of a rule group."""
        return {"record": self.name, "expr": self.expression, **({"labels": {**self.labels}} if self.labels else {})}


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """Rules that are computed one after the other."""

    name: str
    rules: tuple[Alert | Record, ...]


def runbook_page(name: str) -> str:
    """Where the page stands, from the root of the project."""
    return f"{RUNBOOKS}/{name}.md"


def rule_file(groups: Sequence[RuleGroup]) -> str:
    """The groups as Prometheus' YAML."""
    interval = f"{GROUP_SECONDS}s"
    stated = [
        {"name": group.name, "interval": interval, "rules": [rule.rule() for rule in group.rules]} for group in groups
    ]
    return yaml.dump({"groups": stated}, Dumper=_Dumper, sort_keys=False, width=1_000)
