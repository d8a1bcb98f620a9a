"""`naap rule`: the catalogue of the policy pack, and a preview as the pack judged it."""

import dataclasses
from pathlib import Path

from console.files import read_text, shown_path
from console.terminal import Answer
from planning.inputs.problem import refusal
from policies.catalogue import as_markdown, load_catalogue
from policies.preview import BadPreviewError, cost_line, read_preview
from policies.preview import comment as comment_on

MAX_BYTES = 200_000_000
"""Of a preview: every resource with all its inputs, before and after."""


def explain(rule_id: str) -> Answer:
    """One rule. Raises InvalidInputError where there is none of this id."""
    catalogue = load_catalogue()
    rule = catalogue.get(rule_id)
    if rule is None:
        known = f"one of: {', '.join(catalogue)}"
        raise refusal(file="policies/catalogue.yaml", entry=rule_id, value=rule_id, rule="the id of a rule", fix=known)
    lines = [f"{rule.id}: {rule.title}", "", f"why: {rule.why}", f"fix: {rule.fix}"]
    return Answer(data=rule, text="\n".join([*lines, *([f"standard: {rule.standard}"] if rule.standard else [])]))


def table() -> Answer:
    """All rules, as Markdown."""
    catalogue = load_catalogue()
    return Answer(data=list(catalogue.values()), text=as_markdown(catalogue).rstrip("\n"))


def comment(
    file: Path, environment: str, cost_before: Path | None, cost_after: Path | None
) -> tuple[Answer, list[str]]:
    """A preview told as Markdown, and what must stop it. Raises InvalidInputError where the file is no preview."""
    try:
        preview = read_preview(read_text(file, limit=MAX_BYTES))
    except BadPreviewError as error:
        fix = "set the variable and print it again; or see what it printed instead"
        raise refusal(file=shown_path(file), value="(no preview)", rule=str(error), fix=fix) from None
    cost = cost_line(*(path.read_text() if path and path.is_file() else "" for path in (cost_before, cost_after)))
    lost = [f"{step.operation} of {step.type} {step.name}: nothing that holds data may go" for step in preview.losses]
    data = {field.name: getattr(preview, field.name) for field in dataclasses.fields(preview)}
    text = comment_on(preview, environment=environment, cost=cost)
    return Answer(data=data | {"losses": preview.losses, "cost": cost}, text=text), [*lost, *preview.broken]
