"""What a change would do, read from the engine's own events of a preview, and told: the dangerous part first.

`pulumi preview --json` leaves out what a policy pack says, unless PULUMI_ENABLE_STREAMING_JSON_PREVIEW is set: it then
prints one event a line, and these are what is read here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from policies.rules.kubernetes.completeness import GROUND, STATEFUL

CANNOT_RUN = "can't run policy"
MARK = "<!-- naap-plan {environment} -->"
"""First line of a comment, by which the next run finds and renews it."""
GONE = ("replace", "delete")
SHOWN = 60
ORDER = ("replace", "delete", "create", "update")
UNJUDGED = "no policy pack judged it"
WANTED = (
    "a preview is what `pulumi preview --json` prints with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true; "
    "it printed something else"
)


class BadPreviewError(Exception):
    """The text is no preview; it says what is wanted."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One resource that changes. operation: of ORDER."""

    operation: str
    type: str
    name: str

    @property
    def loses(self) -> bool:
        """Whether what holds data, or what all else stands on, would be made anew or deleted."""
        return self.operation in GONE and self.type in (*STATEFUL, *GROUND)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A preview. broken: what the policy pack could not run; errors: of program and providers.

    violations: what the pack refuses; remarks: what else it says, such as what it judges at the update.
    """

    steps: Sequence[Step]
    counts: Mapping[str, int]
    broken: Sequence[str]
    errors: Sequence[str]
    violations: Sequence[str]
    remarks: Sequence[str]

    @property
    def losses(self) -> list[Step]:
        """Steps that lose data or ground."""
        return [step for step in self.steps if step.loses]


def read_preview(text: str) -> Preview:
    """Reads the events of a preview, also of one that failed. Raises BadPreviewError."""
    events = [_event(line) for line in text.splitlines() if line.startswith("{")]  # warnings come first
    if not events:
        raise BadPreviewError(WANTED)
    steps = dict.fromkeys(step for event in _of(events, "resourcePreEvent") if (step := _step(event["metadata"])))
    said = _of(events, "policyEvent")
    unjudged = [UNJUDGED for summary in _of(events, "summaryEvent") if not summary.get("PolicyPacks")]
    errors = [event for event in _of(events, "diagnosticEvent") if event.get("severity") == "error"]
    ran = [event for event in said if CANNOT_RUN not in event["message"]]
    return Preview(
        steps=sorted(steps, key=lambda step: (not step.loses, ORDER.index(step.operation), step.type, step.name)),
        counts=Counter(step.operation for step in steps),
        broken=[*unjudged, *_told(event for event in said if CANNOT_RUN in event["message"])],
        errors=_told(errors),
        violations=_told(event for event in ran if event["enforcementLevel"] == "mandatory"),
        remarks=_told(event for event in ran if event["enforcementLevel"] != "mandatory"),
    )


def _event(line: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "sequence" not in found:
        raise BadPreviewError(WANTED)
    return cast("dict[str, Any]", found)


def _of(events: Iterable[Mapping[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event[kind] for event in events if kind in event]


def _told(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The last line of each, once: a policy's own description comes before what it found."""
    return list(dict.fromkeys(str(event["message"]).strip().rpartition("\n")[2] for event in events))


def _step(metadata: Mapping[str, Any]) -> Step | None:
    operation = {"create-replacement": "replace", "delete-replaced": "replace"}.get(metadata["op"], metadata["op"])
    if operation not in ORDER:
        return None
    return Step(operation=operation, type=metadata["type"], name=str(metadata["urn"]).split("::", 3)[3])


def comment(preview: Preview, *, environment: str, cost: str = "") -> str:
    """The text of a pull request's comment, as Markdown. cost: a line on what it would cost, if that is known."""
    lines = [MARK.format(environment=environment), f"## Plan for `{environment}`", ""]
    counts = ", ".join(f"{preview.counts[name]} {name}" for name in ORDER if preview.counts.get(name))
    lines += [f"**{counts or 'nothing changes'}**", ""]
    if cost:
        lines += [cost, ""]
    for title, found in (
        (
            "Data or its ground would be lost",
            [f"{step.operation} `{step.type}` **{step.name}**" for step in preview.losses],
        ),
        ("The policy pack could not run", preview.broken),
        ("Rules violated", preview.violations),
        ("Errors", preview.errors),
        ("Replaced", _named(preview, "replace")),
        ("Deleted", _named(preview, "delete")),
        ("The policy pack remarks", preview.remarks),
    ):
        if found:
            lines += [f"### {title}", "", *(f"- {line}" for line in found[:SHOWN]), *_more(found), ""]
    for operation in ("create", "update"):
        if named := _named(preview, operation):
            lines += [f"<details><summary>{len(named)} {operation}</summary>", ""]
            lines += [*(f"- {line}" for line in named[:SHOWN]), *_more(named), "", "</details>", ""]
    return "\n".join(lines)


def cost_line(before: str, after: str) -> str:
    """What the change would cost, from two answers of `naap cost --json`; what can't be read says so."""
    numbers = [_usd(text) for text in (before, after)]
    old, new = numbers
    if new is None:
        return "What it would cost isn't known."
    if old is None:
        return f"About USD {new:,.0f} a month (an estimate); what it was isn't known."
    return f"About USD {new:,.0f} a month, {new - old:+,.0f} (an estimate)."


def _usd(text: str) -> float | None:
    try:
        return float(json.loads(text)["usd"])
    except (ValueError, KeyError, TypeError):
        return None


def _named(preview: Preview, operation: str) -> list[str]:
    return [f"`{step.type}` {step.name}" for step in preview.steps if step.operation == operation and not step.loses]


def _more(found: Sequence[str]) -> list[str]:
    return [f"- and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
