"""`naap change`: what another number of users, or another registry, would do to a stack."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis.change.compare import Change, Risk, Trait, compare
from analysis.change.part import VARIABLE, Kind
from analysis.cost.estimate import budget_problem, cost_of
from console.terminal import Answer
from console.text import count
from naap.source import Source
from planning.inputs.problem import InvalidInputError, Problem, refusal
from planning.platform import PlatformPlan
from planning.prior_state import NOTHING, PriorState, as_held, parse_prior_state

_CAUSES = 3
_LABEL = 10
_LONGEST = 30
"""Characters of a value: longer ones are only said to differ."""


def answer(source: Source, held_file: Path | None) -> Answer:
    """held_file: what `pulumi stack output` wrote. Raises InvalidInputError."""
    stated = _read_held(held_file) if held_file else None
    before = source.configured(stated or NOTHING)
    held = stated or before.held
    before = replace(before, shards=as_held(before.shards, held))
    refusals: tuple[Problem, ...] = ()
    try:
        after = source.plan(held=held)
    except InvalidInputError as error:
        refusals = error.problems
        # As if the stack held nothing: shows what is refused; what is wrong besides is an error like any other.
        after = source.plan()
    if over := budget_problem(cost_of(after), before.settings.monthly_budget_usd):
        refusals = (*refusals, over)
    changes = compare(before, after)
    data = {"before": _summary(before), "after": _summary(after), "refused": refusals, "changes": changes}
    return Answer(data=data, text=_text(before, after, refusals, changes))


def _read_held(file: Path) -> PriorState:
    """Raises InvalidInputError where the file isn't what `pulumi stack output` writes."""
    try:
        output = json.loads(file.read_text())
        # Both are there in every such output: a file without them is another one, and doesn't hold nothing.
        return parse_prior_state({name: output[name] for name in ("regions", "shards")})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        rule, fix = "the stack output `held` as JSON", f"pulumi stack output held --json > {file}"
        raise refusal(file=str(file), entry="held", value="(unreadable)", rule=rule, fix=fix) from None


def _summary(plan: PlatformPlan) -> Mapping[str, Any]:
    return {
        "users": plan.settings.users,
        "tier": plan.tier.name.value,
        "plugins": len(plan.plugins),
        "usd_month": round(cost_of(plan).usd),
    }


def _text(before: PlatformPlan, after: PlatformPlan, refusals: Sequence[Problem], changes: Sequence[Change]) -> Group:
    users = f"{before.settings.users:,} -> {after.settings.users:,} users"
    tiers = f"tier {before.tier.name.value} -> {after.tier.name.value}"
    said: list[RenderableType] = [Text(f"Stack {before.stack}: {users}, {tiers}", "bold"), _cost(before, after)]
    if refusals:
        refused = _lines([(Risk.REFUSED, str(problem)) for problem in refusals])
        said += ["", refused, "", "Nothing is changed as long as it is refused. What it would be otherwise:"]
    if not changes:
        said += ["", "Nothing would change."]
    for risk, found in groupby(_folded(changes), key=lambda told: told[0].risk):
        said += ["", _lines([(risk, f"{_title(change)}\n{more}") for change, more in found])]
    return Group(*said)


def _lines(told: Sequence[tuple[Risk, str]]) -> Table:
    """The risk, and beside it what is at risk, of which the first line stands out."""
    lines = Table.grid(padding=(0, 1))
    lines.add_column(width=_LABEL)
    for risk, text in told:
        first, *others = (line.strip() for line in text.strip().splitlines())
        look = _look(risk)
        lines.add_row(Text(risk.value, look), Text.assemble((first, look), *(f"\n{line}" for line in others)))
    return lines


def _cost(before: PlatformPlan, after: PlatformPlan) -> str:
    old, new = cost_of(before), cost_of(after)
    now, then = round(old.usd), round(new.usd)
    names = dict.fromkeys((*old.components, *new.components))
    moves = {name: round(new.components.get(name, 0) - old.components.get(name, 0)) for name in names}
    largest = sorted(moves.items(), key=lambda item: -abs(item[1]))[:_CAUSES]
    causes = ", ".join(f"{name} {usd:+,}" for name, usd in largest if usd)
    return f"about USD {now:,} -> {then:,} a month ({then - now:+,})" + (f"\nmost: {causes}" if causes else "")


def _look(risk: Risk) -> str:
    if risk in (Risk.REFUSED, Risk.REPLACED, Risk.REMOVED):
        return "red"
    return "yellow" if risk in (Risk.STOPPED, Risk.RESTARTED) else ""


def _folded(changes: Sequence[Change]) -> list[tuple[Change, str]]:
    """Changes with what is said of them: those alike once, those of a region that comes or goes with the region."""
    regions = {(change.risk, change.name) for change in changes if change.kind is Kind.REGION}
    inside: dict[tuple[Risk, str], Counter[str]] = {region: Counter() for region in regions}
    alike: dict[tuple[Any, ...], list[Change]] = {}
    for change in changes:
        place = (change.risk, change.region)
        if change.kind is not Kind.REGION and place in regions:
            inside[place][change.kind.value] += 1
        else:
            alike.setdefault((change.risk, change.kind, change.region, _said(change)), []).append(change)
    told = [(replace(found[0], name=", ".join(one.name for one in found)), key[-1]) for key, found in alike.items()]
    return [
        (change, ", ".join(count(number, kind) for kind, number in inside[(change.risk, change.name)].items()))
        if change.kind is Kind.REGION
        else (change, said)
        for change, said in told
    ]


def _title(change: Change) -> str:
    where = f" ({change.region})" if change.region and change.kind is not Kind.REGION else ""
    name = "" if change.kind.value == change.name else f" {change.name}"
    return f"{change.kind.value}{name}{where}"


def _said(change: Change) -> str:
    """A line of what differs, and one of what is felt of it."""
    variables = [trait for trait in change.traits if trait.name.startswith(VARIABLE)]
    said = [f"{count(len(variables), 'variable')} of its environment"] if variables else []
    said += [_trait(trait) for trait in change.traits if trait not in variables]
    return "\n".join(line for line in ("; ".join(said), change.effect) if line)


def _trait(trait: Trait) -> str:
    shown = [_shown(value) for value in (trait.before, trait.after)]
    if any(len(text) > _LONGEST for text in shown):
        return f"{trait.name} differs"
    return f"{trait.name} {shown[0]} -> {shown[1]}"


def _shown(value: str | int | None) -> str:
    return "none" if value in (None, "") else f"{value:,}" if isinstance(value, int) else str(value)
