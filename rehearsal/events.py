"""What the engine reports while it works, read from its event log."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

SAME = "same"
READS = frozenset({SAME, "read", "refresh", "import"})
Event = dict[str, Any]


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
                yield json.loads(line)


def short_name(urn: str) -> str:
    """Type and name of a resource, without stack, project and parents."""
    parts = urn.split("::")
    if len(parts) < 4:
        return urn
    return f"{parts[2].rsplit('$', 1)[-1]} {'::'.join(parts[3:])}"
