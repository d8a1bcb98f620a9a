"""Exemptions: reasoned, dated, and ending."""

import datetime
import fnmatch
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

FILE = Path(__file__).with_name("exemptions.yaml")
FIELDS = {"rule", "resource", "reason", "until"}
OPTIONAL = {"finding"}


class BadExemptionError(Exception):
    """The exemptions' file can't be used; the text says which entry, why, and what is wanted."""


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Leaves the resources whose name matches the pattern out of a rule until the day `until` (inclusive).

    finding: pattern of what is wrong, where only a part of what the rule says of them is exempt.
    """

    rule: str
    resource: str
    reason: str
    until: datetime.date
    finding: str = "*"

    def covers(self, rule: str, name: str, finding: str) -> bool:
        """Whether it speaks of this rule, resource and finding, ended or not."""
        return (
            self.rule == rule
            and fnmatch.fnmatchcase(name, self.resource)
            and fnmatch.fnmatchcase(finding, self.finding)
        )


def load_exemptions(known_rules: frozenset[str], path: Path = FILE) -> tuple[Exemption, ...]:
    """The exemptions of the file. Raises BadExemptionError when one has no reason, no date, or no such rule."""
    entries: Any = yaml.safe_load(path.read_text()) or []
    if not isinstance(entries, list):
        raise BadExemptionError(f"{path.name}: a list of exemptions is wanted, each with {', '.join(sorted(FIELDS))}")
    return tuple(
        _parse(number, entry, known_rules, path.name)
        for number, entry in enumerate(cast("list[Any]", entries), start=1)
    )


def _parse(number: int, entry: Any, known_rules: frozenset[str], file: str) -> Exemption:
    where = f"{file}, exemption {number}"
    if not isinstance(entry, dict) or set(cast("dict[str, Any]", entry)) - OPTIONAL != FIELDS:
        raise BadExemptionError(
            f"{where}: state exactly {', '.join(sorted(FIELDS))}, and finding where it is of a part"
        )
    fields = cast("dict[str, Any]", entry)
    if fields["rule"] not in known_rules:
        raise BadExemptionError(f"{where}: there is no rule {fields['rule']!r}; see docs/policies.md")
    if type(fields["until"]) is not datetime.date:  # a time of day can't be compared with a day
        raise BadExemptionError(f"{where}: until is a date such as 2027-01-31")
    if len(str(fields["reason"]).split()) < 3:  # noqa: PLR2004  # a word isn't a reason
        raise BadExemptionError(f"{where}: the reason is a sentence that a reviewer can judge")
    return Exemption(
        rule=fields["rule"],
        resource=str(fields["resource"]),
        reason=str(fields["reason"]),
        until=fields["until"],
        finding=str(fields.get("finding", "*")),
    )
