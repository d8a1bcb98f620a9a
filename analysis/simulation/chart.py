"""The chart of a simulated day, as SVG: a column a region, a panel a measure, a line a plugin."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import svg

from analysis.simulation.samples import STEP_SECONDS, Samples
from analysis.simulation.scenario import DAY, LAUNCH, REGION_LOST, ZONE_LOST, Span

_COLUMN, _LEFT, _RIGHT = 640, 64, 16
_PANEL, _GAP, _TOP, _ROW = 130, 44, 92, 18
_FAINT, _GOOD, _BAD = "#d0d7de", "#ddf4ff", "#fff1e5"
_COLOURS = (
    *("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#cf222e"),
    *("#0c7489", "#9a6700", "#bf3989", "#57606a", "#116329"),
)
_DASHES = ("", "6 3", "2 3")
"""Of the second and third round of colours."""

_HOURS = 3
_NAME = 190
"""Width of a plugin's name in the legend."""

_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.t{font-size:18px;font-weight:600}.p{font-weight:600}"
    ".s{fill:#57606a}.l{fill:none;stroke-width:1.6;stroke-linejoin:round}"
)


@dataclass(frozen=True, kw_only=True)
class _Panel:
    title: str
    values: str
    percent: bool = False


@dataclass(frozen=True, kw_only=True)
class _Look:
    """Of a line."""

    colour: str
    dashes: str = ""


_PANELS = (
    _Panel(title="requests a second", values="asked"),
    _Panel(title="pods ready (the fewest in five minutes)", values="ready"),
    _Panel(title="queue: requests in flight or waiting", values="queue"),
    _Panel(title="saturation of the ready pods' CPU", values="saturation", percent=True),
)


def chart(title: str, samples: Sequence[Samples]) -> str:
    """The whole document. samples: of every plugin in every region."""
    regions = tuple(dict.fromkeys(one.region for one in samples))
    plugins = tuple(dict.fromkeys(one.plugin for one in samples))
    looks = {name: _look(number) for number, name in enumerate(plugins)}
    per_row = (len(regions) * _COLUMN - _LEFT) // _NAME
    bottom = _TOP + len(_PANELS) * (_PANEL + _GAP)
    height = bottom + math.ceil(len(plugins) / per_row) * _ROW + 16
    width = len(regions) * _COLUMN
    elements: list[svg.Element] = [
        svg.Title(text=escape(title)),
        svg.Style(text=_STYLE),
        svg.Rect(width=width, height=height, fill="#fff"),
        _text(_LEFT, 30, title, "t"),
    ]
    for column, region in enumerate(regions):
        here = [one for one in samples if one.region == region]
        elements += _column(column * _COLUMN, region, here, looks, home=column == 0)
    for number, name in enumerate(plugins):
        x, y = _LEFT + number % per_row * _NAME, bottom + number // per_row * _ROW
        elements += [_line([(x, y), (x + 24, y)], looks[name]), _text(x + 30, y + 4, name)]
    body = "\n".join(str(element) for element in elements)
    picture = svg.SVG(viewBox=svg.ViewBoxSpec(0, 0, width, height), extra={"role": "img"}, text=f"\n{body}\n")
    return f"{picture}\n"


def _column(
    x: float, region: str, samples: Sequence[Samples], looks: Mapping[str, _Look], *, home: bool
) -> Iterator[svg.Element]:
    yield _text(x + _LEFT, 54, region, "p")
    events = [("launch", LAUNCH), *([("zone lost", ZONE_LOST), ("region lost", REGION_LOST)] if home else [])]
    for number, panel in enumerate(_PANELS):
        y = _TOP + number * (_PANEL + _GAP)
        for name, span in events:
            yield _band(x, y, span, _BAD if "lost" in name else _GOOD)
            if number == 0:
                yield _text(x + _at(span.begin), y - 24, name, "s")
        yield from _panel((x, y), panel, samples, looks)


def _panel(
    corner: tuple[float, float], panel: _Panel, samples: Sequence[Samples], looks: Mapping[str, _Look]
) -> Iterator[svg.Element]:
    x, y = corner
    rows: list[tuple[float, ...]] = [getattr(one, panel.values) for one in samples]
    top = 1.0 if panel.percent else _round_up(max((max(row) for row in rows), default=1.0))
    yield _text(x + _LEFT, y - 8, panel.title, "p")
    for part in (0.0, 0.5, 1.0):
        height = y + _PANEL * (1 - part)
        yield _line([(x + _LEFT, height), (x + _COLUMN - _RIGHT, height)], _Look(colour=_FAINT))
        shown = f"{top * part:.0%}" if panel.percent else f"{top * part:,.10g}"
        yield _text(x + _LEFT - 6, height + 4, shown, "s", anchor="end")
    for hour in range(0, 25, _HOURS):
        yield _text(x + _at(hour * 3_600), y + _PANEL + 16, f"{hour:02}", "s", anchor="middle")
    for one, row in zip(samples, rows, strict=True):
        points = [
            (x + _at(number * STEP_SECONDS), y + _PANEL * (1 - min(1.0, value / top)))
            for number, value in enumerate(row)
        ]
        yield _line(list(_corners(points)), looks[one.plugin])


def _band(x: float, y: float, span: Span, colour: str) -> svg.Rect:
    left, right = x + _at(span.begin), x + _at(span.end)
    return svg.Rect(x=_number(left), y=_number(y), width=_number(right - left), height=_PANEL, fill=colour)


def _look(number: int) -> _Look:
    return _Look(colour=_COLOURS[number % len(_COLOURS)], dashes=_DASHES[number // len(_COLOURS) % len(_DASHES)])


def _at(time: float) -> float:
    return _LEFT + time / DAY * (_COLUMN - _LEFT - _RIGHT)


def _corners(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Without the points inside of a level stretch."""
    for number, point in enumerate(points):
        inside = 0 < number < len(points) - 1
        if not (inside and points[number - 1][1] == point[1] == points[number + 1][1]):
            yield point


def _round_up(value: float) -> float:
    """To 1, 2 or 5 times a power of ten."""
    if value <= 1:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _line(points: Sequence[tuple[float, float]], look: _Look) -> svg.Polyline:
    shape = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    dashes = {"stroke-dasharray": look.dashes} if look.dashes else {}
    return svg.Polyline(class_=["l"], extra={"points": shape, **dashes}, stroke=look.colour)


def _text(x: float, y: float, text: str, kind: str = "", *, anchor: Literal["end", "middle"] | None = None) -> svg.Text:
    return svg.Text(class_=[kind] if kind else None, x=_number(x), y=_number(y), text_anchor=anchor, text=escape(text))


def _number(value: float) -> float:
    """Tenths of a pixel; whole numbers without a point."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
