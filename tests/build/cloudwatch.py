"""CloudWatch's alarms, evaluated: what an alarm says of given points, by the rules of AWS's documentation.

Amazon CloudWatch user guide: "Using Amazon CloudWatch alarms" (evaluation, missing data) and "Using math expressions
with CloudWatch metrics". Of metric math: what this program uses.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

Points = Sequence[float | None]
"""Of one metric, oldest first, one a period; None: nothing was reported."""

Read = Callable[["Metric", int, int], Points]
"""A metric's points: so many, each of so many seconds."""

LOOK_BACK = 2
"""CloudWatch fetches a few points more than it evaluates, and judges older ones where newer are missing."""


class State(StrEnum):
    """Of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    UNKNOWN = "INSUFFICIENT_DATA"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One time series. statistic: how the reports of a period become one point."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


def metric_of(inputs: Mapping[str, Any]) -> Metric:
    """The metric that an alarm, or one query of it, states."""
    return Metric(
        namespace=inputs["namespace"],
        name=inputs["metricName"],
        dimensions=inputs.get("dimensions") or {},
        statistic=inputs.get("statistic") or inputs.get("extendedStatistic") or inputs["stat"],
    )


def metrics_of(alarm: Mapping[str, Any]) -> list[Metric]:
    """All metrics of an alarm."""
    queries = alarm.get("metricQueries")
    return [metric_of(query["metric"]) for query in queries if query.get("metric")] if queries else [metric_of(alarm)]


def state(alarm: Mapping[str, Any], read: Read, before: State = State.OK) -> State:
    """Of an alarm, by its definition (inputs of aws.cloudwatch.MetricAlarm) and its metrics' points until now."""
    needed = int(alarm["evaluationPeriods"])
    points = _points(alarm, read, needed + LOOK_BACK)
    above = {"GreaterThanThreshold": operator.gt, "LessThanThreshold": operator.lt}[alarm["comparisonOperator"]]
    return evaluate(
        [None if point is None else above(point, alarm["threshold"]) for point in points],
        needed=needed,
        breaching=int(alarm.get("datapointsToAlarm") or needed),
        missing=alarm.get("treatMissingData") or "missing",
        before=before,
    )


def evaluate(points: Sequence[bool | None], *, needed: int, breaching: int, missing: str, before: State) -> State:
    """points: whether each crosses the threshold; None: missing. needed: periods; breaching: of these, to alarm."""
    real = [point for point in points if point is not None]
    if len(real) >= needed:
        judged = real[-needed:]
    elif missing == "ignore":
        # What is there may still alarm; else the state stays.
        return State.ALARM if sum(real) >= breaching else before
    elif missing == "missing":
        if not real:
            return State.UNKNOWN
        judged = real
        breaching = min(breaching, len(judged))
    else:
        judged = [*real, *[missing == "breaching"] * (needed - len(real))]
    return State.ALARM if sum(judged) >= breaching else State.OK


def _points(alarm: Mapping[str, Any], read: Read, count: int) -> Points:
    queries = alarm.get("metricQueries")
    if not queries:
        return read(metric_of(alarm), count, int(alarm["period"]))
    known = {
        query["id"]: read(metric_of(query["metric"]), count, int(query["metric"]["period"]))
        for query in queries
        if query.get("metric")
    }
    shown = [query for query in queries if query.get("returnData")]
    assert len(shown) == 1, "an alarm watches one result"
    body = ast.parse(shown[0]["expression"], mode="eval").body
    return [_math(body, {name: points[at] for name, points in known.items()}) for at in range(count)]


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Mult: operator.mul,
    ast.Div: lambda one, other: one / other,
}


def _math(node: ast.expr, at: Mapping[str, float | None]) -> float | None:
    """One point of an expression; None, as soon as one that it needs is missing."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return at[name]
        case ast.BinOp(left=left, op=sign, right=right):
            one, other = _math(left, at), _math(right, at)
            unknown = one is None or other is None or (isinstance(sign, ast.Div) and other == 0)
            return None if unknown else _BINARY[type(sign)](cast("float", one), cast("float", other))
        case ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]):
            one, other = _math(left, at), _math(right, at)
            return None if one is None or other is None else float(one > other)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](arguments, at)
        case _:
            raise NotImplementedError(ast.unparse(node))


def _fill(arguments: Sequence[ast.expr], at: Mapping[str, float | None]) -> float | None:
    found = _math(arguments[0], at)
    return _math(arguments[1], at) if found is None else found


def _if(arguments: Sequence[ast.expr], at: Mapping[str, float | None]) -> float | None:
    held = _math(arguments[0], at)
    return None if held is None else _math(arguments[1] if held else arguments[2], at)


_FUNCTIONS = {"FILL": _fill, "IF": _if}
