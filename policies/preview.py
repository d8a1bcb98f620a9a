"""What a change would do, read from `pulumi preview --json`, and told: the dangerous part first."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from policies.whole import GROUND, STATEFUL

CANNOT_RUN = "can't run policy"
MARK = "<!-- naap-plan {environment} -->"
"""First line of a comment, by which the next run finds and renews it."""
GONE = ("replace", "delete")
SHOWN = 60
ORDER = ("replace", "delete", "create", "update")


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
    """A preview. broken: what the policy pack could not run; errors: of program, providers and policies."""

    steps: Sequence[Step]
    counts: Mapping[str, int]
    broken: Sequence[str]
    errors: Sequence[str]

    @property
    def losses(self) -> list[Step]:
        """Steps that lose data or ground."""
        return [step for step in self.steps if step.loses]


def read_preview(text: str) -> Preview:
    """Reads the JSON of a preview, also of one that failed. Raises BadPreviewError."""
    start = next((place for place, line in _lines(text) if line.startswith("{")), 0)  # warnings come first
    try:
        found: Any = json.loads(text[start:])
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadPreviewError("a preview is the JSON that `pulumi preview --json` prints; it printed something else")
    digest = cast("dict[str, Any]", found)
    stated = cast("list[dict[str, Any]]", digest.get("steps") or [])
    remarks = cast("list[dict[str, Any]]", digest.get("diagnostics") or [])
    steps = dict.fromkeys(step for item in stated if (step := _step(item)) is not None)
    told = [(str(item.get("severity")), str(item.get("message", ""))) for item in remarks]
    return Preview(
        steps=sorted(steps, key=lambda step: (not step.loses, ORDER.index(step.operation), step.type, step.name)),
        counts=Counter(step.operation for step in steps),
        broken=[message.strip() for _, message in told if CANNOT_RUN in message],
        errors=[message.strip() for severity, message in told if severity == "error"],
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for line in text.splitlines(keepends=True):
        yield place, line
        place += len(line)


def _step(item: Mapping[str, Any]) -> Step | None:
    operation = {"create-replacement": "replace", "delete-replaced": "replace"}.get(item["op"], item["op"])
    if operation not in ORDER:
        return None
    kind, _, name = str(item["urn"]).split("::", 2)[2].partition("::")
    return Step(operation=operation, type=kind.rsplit("$", 1)[-1], name=name)


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
        ("Errors", preview.errors),
        ("Replaced", _named(preview, "replace")),
        ("Deleted", _named(preview, "delete")),
    ):
        if found:
            lines += [f"### {title}", "", *(f"- {line}" for line in found[:SHOWN]), *_more(found), ""]
    for operation in ("create", "update"):
        if named := _named(preview, operation):
            lines += [f"<details><summary>{len(named)} {operation}</summary>", ""]
            lines += [*(f"- {line}" for line in named[:SHOWN]), *_more(named), "", "</details>", ""]
    return "\n".join(lines)


def cost_line(before: str, after: str) -> str:
    """What the change would cost, from two answers of `python -m planning cost --json`; what can't be read says so."""
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
