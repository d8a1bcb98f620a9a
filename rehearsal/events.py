"""What the engine reports while it works, read from its event log, and in words."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

SAME = "same"
READS = frozenset({SAME, "read", "refresh", "import"})
SHOWN_CHANGES = 40
Event = dict[str, Any]
_UNCHANGED = re.compile(
    rb'\{"sequence":\d+,"timestamp":\d+,"(resourcePreEvent|resOutputsEvent)":\{"metadata":\{"op":"same","urn":"([^"\\]+)"'
)


@dataclass(kw_only=True)
class Outcome:
    """What an operation has done so far.

    changes: how many resources per operation ("create", "same", ...), as the engine sums up, None before its end.
    steps: finished steps (operation, URN) other than unchanged ones. errors and warnings: of program and providers.
    violations: (level, policy, message, URN) of the policy pack.
    """

    changes: Counter[str] | None = None
    steps: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    errors: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    violations: list[tuple[str, str, str, str]] = field(default_factory=list[tuple[str, str, str, str]])
    packs: list[str] = field(default_factory=list[str])
    finished: int = 0
    current: str = ""
    _seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    @property
    def nothing_changed(self) -> bool:
        """Whether the operation ended and left everything as it was."""
        return self.changes is not None and not any(self.changes[op] for op in self.changes if op not in READS)

    def take(self, event: Event) -> None:
        """Note one event."""
        if "resourcePreEvent" in event:
            self.current = short_name(event["resourcePreEvent"]["metadata"]["urn"])
        elif "resOutputsEvent" in event:
            self._step(event["resOutputsEvent"]["metadata"])
        elif "diagnosticEvent" in event:
            self._diagnostic(event["diagnosticEvent"])
        elif "policyEvent" in event:
            told = event["policyEvent"]
            urn, message = str(told.get("resourceUrn", "")), str(told["message"]).strip()
            self.violations.append((told["enforcementLevel"], told["policyName"], message, urn))
        elif "summaryEvent" in event:
            told = event["summaryEvent"]
            self.changes = Counter(cast("dict[str, int]", told.get("resourceChanges") or {}))
            packs = cast("dict[str, str]", told.get("PolicyPacks") or {})
            self.packs = sorted({name.split("|")[0] for name in packs})

    def _step(self, step: Event) -> None:
        self.finished += 1
        self.current = short_name(step["urn"])
        done = (step["op"], step["urn"])
        if step["op"] not in READS and done not in self._seen:  # a component ends twice: made, and outputs registered
            self._seen.add(done)
            self.steps.append(done)

    def _diagnostic(self, told: Event) -> None:
        text = str(told["message"]).strip()
        if told.get("ephemeral") or not text:
            return
        where = short_name(told["urn"]) + ": " if told.get("urn") else ""
        if told["severity"] == "error":
            self.errors.append(where + text)
        elif told["severity"] == "warning":
            self.warnings.append(where + text)


class Tail:
    """Events of a log as they are written."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._position = 0

    def new(self) -> Iterator[Event]:
        """Events written since the last call; a line that is not whole yet waits."""
        if not self._file.exists():
            return
        with self._file.open("rb") as log:
            log.seek(self._position)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._position += len(line)
                yield _unchanged(line) or json.loads(line)


def _unchanged(line: bytes) -> Event | None:
    """The event of a resource that stays as it is, without its two states: of a large stack most of the log."""
    found = _UNCHANGED.match(line)
    return {found[1].decode(): {"metadata": {"op": SAME, "urn": found[2].decode()}}} if found else None


def short_name(urn: str) -> str:
    """Type and name of a resource, without stack, project and parents."""
    parts = urn.split("::")
    if len(parts) < 4:
        return urn
    return f"{parts[2].rsplit('$', 1)[-1]} {'::'.join(parts[3:])}"


def changes(outcome: Outcome) -> list[str]:
    """What would change: each resource while they are few, else how many."""
    if outcome.nothing_changed:
        return ["Nothing would change."]
    counted = ", ".join(f"{count} {operation}" for operation, count in sorted((outcome.changes or {}).items()))
    if len(outcome.steps) > SHOWN_CHANGES:
        return [f"Would be: {counted}."]
    return [*(f"{operation:>8}  {short_name(urn)}" for operation, urn in outcome.steps), f"Would be: {counted}."]


def remarks(outcome: Outcome) -> list[str]:
    """What the policy pack says: each policy once, with the first resource and how many more there are."""
    by_policy: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for level, policy, message, urn in outcome.violations:
        by_policy.setdefault((level, policy), []).append((message, urn))
    lines: list[str] = []
    for (level, policy), found in sorted(by_policy.items()):
        message, urn = found[0]
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        lines.append(f"policy {policy} ({level}), {short_name(urn)}{more}: {message}")
    return lines


def total(outcome: Outcome) -> int:
    """Resources that there are after the operation."""
    found = outcome.changes or {}
    return sum(count for operation, count in found.items() if operation not in ("delete", "delete-replaced"))
