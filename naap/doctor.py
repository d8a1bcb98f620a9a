"""`naap doctor`: what would stop a stack's `up`, or hurt after it, said before anything is made."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from console.terminal import Answer
from console.text import count
from doctor.examination import Examination, Patient, Sources
from doctor.finding import Finding, Result
from naap.commands.options import ROOT
from naap.support import today
from stack.configuration import load_stack_config, secret_names
from stack.plan import parse_inputs, plan_of

STYLES = {Result.OK: "green", Result.SKIPPED: "dim", Result.WARNING: "yellow", Result.STOPS: "red"}
"""In the order in which they are shown: what stops comes last, next to the prompt."""
_INDENT = max(map(len, Result)) + 2


def examined(stack: str, sources: Sources | None = None) -> tuple[Finding, ...]:
    """Raises InvalidInputError where the inputs make no plan; secrets that are missing are a finding."""
    config = load_stack_config(ROOT, stack)
    _, registry = parse_inputs(stack, ROOT, config)
    all_named = {plugin.name: frozenset(plugin.secrets) for plugin in registry.plugins}
    patient = Patient(
        plan=plan_of(stack, ROOT, config, all_named),
        root_secret=config.get("rootSecret"),
        secrets=config.get("secrets"),
        present=secret_names(config, stack),
        day=today(),
    )
    return Examination(patient, sources or Sources()).findings()


def answer(findings: Sequence[Finding]) -> Answer:
    """All findings; those that have rule and fix in common tell them once."""
    parts: list[RenderableType] = []
    for result in STYLES:
        of_result = [one for one in findings if one.result is result]
        for _, alike in groupby(of_result, key=lambda one: (one.check, one.about.rule, one.about.fix)):
            parts += _shown(list(alike))
    data = {"counts": _counts(findings), "findings": [_data(one) for one in findings]}
    said = ", ".join(f"{number} {result}" for result, number in _counts(findings).items())
    return Answer(data=data, text=Group(*parts, "", Text(f"{count(len(findings), 'finding')}: {said}", "bold")))


def stops(findings: Sequence[Finding]) -> bool:
    """Whether an `up` would fail."""
    return any(one.result is Result.STOPS for one in findings)


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    return {result.value: sum(one.result is result for one in findings) for result in STYLES}


def _data(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "result": finding.result, **vars(finding.about)}


def _shown(alike: Sequence[Finding]) -> list[RenderableType]:
    first = alike[0]
    rows: list[RenderableType] = []
    for one in alike:
        where = " · ".join(part for part in (one.about.file, one.about.entry, one.about.field) if part)
        line = Text(one.result.ljust(_INDENT), STYLES[one.result])
        rows.append(line.append(one.check, "bold").append(f"  {where}" if where else "", "dim"))
        rows.append(_inner(one.about.value))
    if first.result is not Result.OK:
        rows.append(_inner(f"rule: {first.about.rule}", "dim"))
        rows += [_inner(f"fix:  {first.about.fix}")] if first.about.fix else []
    return rows


def _inner(text: str, style: str = "") -> Padding:
    return Padding(Text(text, style), (0, 0, 0, _INDENT))
