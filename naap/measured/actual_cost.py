"""`naap cost --actual`: a report of AWS beside the estimate of the same stack."""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from analysis.cost.actual import Comparison, Pair, Quantity, compare, if_alone
from analysis.cost.estimate import cost_of
from analysis.cost.usage_report import Row, rows
from console.files import shown_path
from console.terminal import Answer, table
from naap.source import Source
from planning.inputs.assumptions import Assumptions
from planning.inputs.problem import InvalidInputError, refusal

PAGE = "docs/cost.md"
LARGEST = 5


def answer(source: Source, files: Sequence[Path], assumptions: Assumptions) -> Answer:
    """files: of one report, in parts. Raises InvalidInputError."""
    plan = source.plan()
    cost = cost_of(plan, assumptions)
    clusters = [region.cluster.name for region in plan.regions]
    found = compare(_rows(files), cost, clusters)
    if found is None:
        rule = f"rows with the tag Environment of {cost.stack}, activated for cost allocation"
        raise _refused(files[0], "(no row of this stack)", rule, f"activate the tags: {PAGE}")
    return Answer(data=_data(found, cost.assumptions), text=_text(found, cost.assumptions))


def _rows(files: Sequence[Path]) -> Iterator[Row]:
    for file in files:
        yield from _rows_of(file)


def _rows_of(file: Path) -> Iterator[Row]:
    rule, fix = "a report of AWS as CSV, plain or .gz (CUR 2.0, or the older CUR)", f"export it: {PAGE}"
    try:
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8", newline="") as lines:
            yield from rows(lines)
    except KeyError as error:
        raise _refused(file, f"without the columns {error.args[0]}", rule, fix) from None
    except (OSError, EOFError) as error:
        raise _refused(file, getattr(error, "strerror", None) or "(no gzip file)", rule, fix) from None
    except ValueError as error:
        raise _refused(file, str(error), rule, fix) from None


def _refused(file: Path, value: str, rule: str, fix: str) -> InvalidInputError:
    return refusal(file=shown_path(file), entry="--actual", value=value, rule=rule, fix=fix)


def _data(found: Comparison, stated: Assumptions) -> Mapping[str, Any]:
    return {
        "stack": found.stack,
        "from": found.begin.isoformat(),
        "to": found.end.isoformat(),
        "hours": found.hours,
        "nodesSplitByPods": found.split,
        "components": found.components,
        "plugins": found.plugins,
        "quantities": [
            {
                "what": each.meter.what,
                "planned": each.pair.planned,
                "measured": each.pair.measured,
                "off": each.pair.off,
                "assumptions": _alone(each, stated),
            }
            for each in found.quantities
        ],
        "untagged": found.untagged,
        "leftOut": found.left_out,
    }


def _alone(found: Quantity, stated: Assumptions) -> Mapping[str, float]:
    """By the names that a stack states them by: what each would be, were it alone what is off."""
    if not (found.pair.planned and found.pair.measured and found.pair.off):
        return {}
    return {_alias(name): round(if_alone(name, found.pair, stated), 1) for name in found.meter.rests_on}


def _alias(name: str) -> str:
    return Assumptions.model_fields[name].alias or name


def _text(found: Comparison, stated: Assumptions) -> Group:
    whole = Pair(
        planned=sum(pair.planned for pair in found.components.values()),
        measured=sum(pair.measured for pair in found.components.values()),
    )
    head = f"Stack {found.stack}, {found.begin:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M}"
    return Group(
        Text(f"{head}: USD {whole.measured:,.0f} measured, {whole.planned:,.0f} planned", "bold"),
        "",
        _pairs("component", {**found.components, "total": whole}, total=True),
        "",
        _pairs("plugin", found.plugins),
        "",
        *_assumptions(found, stated),
        *_notes(found),
    )


def _pairs(what: str, pairs: Mapping[str, Pair], *, total: bool = False) -> RenderableType:
    rows_ = [(what, "planned", "measured", "of the plan")]
    rows_ += [
        (name, f"{pair.planned:,.2f}", f"{pair.measured:,.2f}", _part(pair))
        for name, pair in pairs.items()
        if pair.planned or pair.measured
    ]
    return table(rows_, numbers=True, total=total)


def _part(pair: Pair) -> str:
    return f"{pair.measured / pair.planned:.0%}" if pair.planned else "-"


def _assumptions(found: Comparison, stated: Assumptions) -> list[RenderableType]:
    off = [each for each in found.quantities if each.pair.off]
    if not off:
        return ["Every quantity that rests on an assumption is within a quarter of what was planned.", ""]
    rows_ = [("off", "planned", "measured", "were it alone what is off: naap:assumptions")]
    for each in off:
        alone = ", ".join(f"{name}: {value:,g}" for name, value in _alone(each, stated).items())
        rows_.append(
            (
                each.meter.what,
                f"{each.pair.planned:,.1f}",
                f"{each.pair.measured:,.1f}",
                alone or ("not planned" if each.pair.measured else "not in the report"),
            )
        )
    return [table(rows_, gives=(3,)), ""]


def _notes(found: Comparison) -> list[RenderableType]:
    said = ["Planned: list prices on demand, for these hours of an average month."]
    if not found.split:
        said.append(f"No row splits nodes by their pods, so that plugins share them as planned: {PAGE}.")
    for what, sums in (("Without a tag, and in no sum", found.untagged), ("Left out", found.left_out)):
        largest = sorted(sums.items(), key=lambda item: -abs(item[1]))[:LARGEST]
        if largest:
            said.append(f"{what}: {', '.join(f'{name} USD {usd:,.2f}' for name, usd in largest)}.")
    return [Text("\n".join(said), "dim")]
