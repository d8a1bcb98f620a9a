"""`naap doctor`: what would stop a stack's `up`, or hurt after it, said before anything is made."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from console.terminal import Answer
from console.text import count
from doctor.examination import Examination, Patient, Sources
from doctor.finding import Finding, Result
from naap.commands.options import ROOT
from naap.source import Source
from naap.support import today
from stack.configuration import load_stack_config, secret_names, what_if
from stack.plan import parse_inputs, plan_of

STYLES = {Result.OK: "green", Result.SKIPPED: "dim", Result.WARNING: "yellow", Result.STOPS: "red"}
"""In the order in which they are shown: what stops comes last, next to the prompt."""


def examined(source: Source, sources: Sources | None = None) -> tuple[Finding, ...]:
    """Raises InvalidInputError where the inputs make no plan; secrets that are missing are a finding."""
    stack = source.stack
    config = what_if(load_stack_config(ROOT, stack), registry=source.setting)
    _, registry = parse_inputs(stack, ROOT, config)
    all_named = {plugin.name: frozenset(plugin.configured_secrets) for plugin in registry.plugins}
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
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column()
    for result, style in STYLES.items():
        of_result = [one for one in findings if one.result is result]
        for _, alike in groupby(of_result, key=_told_once):
            for row in _rows(list(alike)):
                rows.add_row(Text(row[0], style), row[1])
    data = {"counts": _counts(findings), "findings": [_data(one) for one in findings]}
    said = ", ".join(f"{number} {result}" for result, number in _counts(findings).items())
    return Answer(data=data, text=Group(rows, "", Text(f"{count(len(findings), 'finding')}: {said}", "bold")))


def stops(findings: Sequence[Finding]) -> bool:
    """Whether an `up` would fail."""
    return any(one.result is Result.STOPS for one in findings)


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    return {result.value: sum(one.result is result for one in findings) for result in STYLES}


def _data(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "result": finding.result, **vars(finding.about)}


def _told_once(finding: Finding) -> tuple[str, ...]:
    """What neighbours have in common, so that it is told after the last of them."""
    if finding.result is Result.SKIPPED:
        return (finding.about.fix,)  # nothing was seen: the rule says nothing yet
    return (finding.check, finding.about.rule, finding.about.fix)


def _rows(alike: Sequence[Finding]) -> list[tuple[str, Text]]:
    """Findings that have rule and fix in common."""
    about = alike[0].about
    rows = [(one.result.value, _seen(one)) for one in alike]
    if alike[0].result in (Result.WARNING, Result.STOPS):
        rows.append(("", Text(f"rule: {about.rule}", "dim")))
    if about.fix:
        rows.append(("", Text(f"fix:  {about.fix}")))
    return rows


def _seen(finding: Finding) -> Text:
    about = finding.about
    where = " · ".join(part for part in (about.file, about.entry, about.field) if part)
    return Text().append(finding.check, "bold").append(f" · {where}" if where else "", "dim").append(f": {about.value}")
