"""A graph as a picture.

picture(graph) -> str
"""

import html
from collections.abc import Iterable, Iterator

import svg

from analysis.diagram.geometry import BARS, MARKED, Box, Card, Drawing, Frame, Line, fitted, width_of
from analysis.diagram.graph import Graph, NodeKind, ZoneKind
from analysis.diagram.page import draw
from analysis.diagram.theme import CALLEES, DASHED, ICONS, LINES, NODES, stylesheet

_BEND = 7
_HEAD = 7
_ICON = 22
_PAD = 10
"""Left of a card's icon, and right of its texts."""


def picture(graph: Graph) -> str:
    """The graph as SVG: the same for the same graph, one element a line."""
    drawing = draw(graph)
    width, height = drawing.width, drawing.height
    elements: list[svg.Element] = [
        svg.Title(text=_words(f"{drawing.title}: {drawing.detail}")),
        svg.Style(text=stylesheet()),
        _rect(Box(x=0.5, y=0.5, width=width - 1, height=height - 1), "page", radius=14),
        _text(24, 34, drawing.title, 20, "strong", bold=True),
        _text(24, 54, drawing.detail, 12.5, "weak"),
    ]
    elements += [_rect(frame.box, frame.zone.kind.value, radius=9) for frame in drawing.frames]
    elements += [_line(line) for line in drawing.lines]
    for frame in drawing.frames:
        elements += _heading(frame)
    elements += [_text(*line.at, line.label, 11, "weak") for line in drawing.lines if line.at]
    for card in drawing.cards:
        elements += _card(card)
    elements += _legend(drawing)
    box = svg.ViewBoxSpec(0, 0, _number(width), _number(height))
    body = "\n".join(str(element) for element in elements)
    picture = svg.SVG(viewBox=box, width=_number(width), height=_number(height), text=f"\n{body}\n")
    return f"{picture}\n"


def _heading(frame: Frame) -> Iterator[svg.Element]:
    """With a halo, as lines pass behind it."""
    zone, box = frame.zone, frame.box
    region = zone.kind is ZoneKind.REGION
    size, x = 14 if region else 12.5, box.x + (24 if region else 12)
    room = box.right - x - width_of(zone.title, size) * 1.06 - 18
    yield _line_of(x, box.y + 20, (zone.title, size), fitted(zone.detail, room, 11.5), "halo", f"h-{zone.kind.value}")


def _card(card: Card) -> Iterator[svg.Element]:
    node, box = card.node, card.box
    hue = NODES[node.kind]
    yield _rect(box, "card", *(["outside"] if node.kind is NodeKind.OUTSIDE else []), radius=7)
    bar = Box(x=box.x, y=box.y + 8, width=3, height=box.height - 16)
    yield _rect(bar, f"f-{hue}", radius=1.5)
    icon = svg.Translate(_number(box.x + _PAD), _number(box.y + 8))
    yield svg.G(transform=[icon], elements=[svg.Path(class_=["thin", f"s-{hue}"], extra={"d": ICONS[node.kind]})])
    left = box.x + _PAD + _ICON
    title = fitted(node.title, box.right - left - 3, 13)
    if node.kind in BARS:
        room = box.right - left - width_of(title, 13) * 1.06 - 12
        yield _line_of(left, box.y + 21, (title, 13), fitted(" ".join(node.lines), room, 11.5))
        return
    yield _text(left, box.y + 21, title, 13, "strong", bold=True)
    y = box.y + 38
    for number, line in enumerate(node.lines):
        mono = number == 0 and line.startswith("/")
        size = 11 if mono else 11.5
        room = box.width - 2 * _PAD
        yield _text(box.x + _PAD, y, fitted(line, room, size, mono=mono), size, "weak", mono=mono)
        y += 16
    if node.kind in MARKED:
        yield from _badges(card, y - 10)


def _badges(card: Card, y: float) -> Iterator[svg.Element]:
    """Marks from left to right, as far as there is room."""
    node, box = card.node, card.box
    marks = [*([(f"shard {node.shard}", "green")] if node.shard is not None else [])]
    marks += [(badge, "red" if badge == "cache" else "slate") for badge in node.badges]
    x = box.x + _PAD
    for word, hue in marks:
        room = box.right - _PAD + 4 - x - 12
        shown = fitted(word, room, 10.5)
        width = width_of(shown, 10.5) + 12
        if room < width_of("…", 10.5) * 2:
            return
        yield svg.Rect(
            class_=[f"f-{hue}"],
            x=_number(x),
            y=_number(y),
            width=_number(width),
            height=16,
            rx=8,
            fill_opacity=0.13,
        )
        yield _text(x + 6, y + 11.8, shown, 10.5, f"f-{hue}")
        x += width + 5


def _line(line: Line) -> svg.Element:
    hue = CALLEES[line.hue % len(CALLEES)] if line.hue is not None else LINES[line.kind][0]
    dashed = ["dashed"] if line.kind in DASHED else []
    path = svg.Path(class_=["line", f"s-{hue}", *dashed], extra={"d": _path(line)})
    return svg.G(elements=[path, *_ends(line, hue)])


def _path(line: Line) -> str:
    """With rounded corners."""
    points = [point for number, point in enumerate(line.points) if number == 0 or point != line.points[number - 1]]
    parts = [f"M{_pair(*points[0])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(here, before), _towards(here, after)
        parts.append(f"L{_pair(*start)}Q{_pair(*here)} {_pair(*end)}")
    x, y = points[-1]
    if line.head:
        x, y = _towards((x, y), points[-2], most=_HEAD - 1)
    parts.append(f"L{_pair(x, y)}")
    return "".join(parts)


def _towards(here: tuple[float, float], there: tuple[float, float], most: float = _BEND) -> tuple[float, float]:
    """A little way from one point to another."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = max(abs(dx), abs(dy))
    part = min(most, length / 2) / length if length else 0
    return here[0] + dx * part, here[1] + dy * part


def _ends(line: Line, hue: str) -> Iterable[svg.Element]:
    if not line.head:
        return
    (x, y), (before_x, before_y) = line.points[-1], line.points[-2]
    dx, dy = (x > before_x) - (x < before_x), (y > before_y) - (y < before_y)
    back_x, back_y, half = x - dx * _HEAD, y - dy * _HEAD, 4
    corners = [(x, y), (back_x - dy * half, back_y + dx * half), (back_x + dy * half, back_y - dx * half)]
    yield svg.Path(class_=[f"f-{hue}"], extra={"d": "M" + "L".join(_pair(*corner) for corner in corners) + "Z"})


def _legend(drawing: Drawing) -> Iterator[svg.Element]:
    """One sample for each meaning of a line."""
    x, y = 24.0, drawing.height - 40
    seen: dict[str, Line] = {}
    for line in drawing.lines:
        seen.setdefault(LINES[line.kind][1], line)
    for meaning, line in seen.items():
        if x + 37 + width_of(meaning, 11.5) > drawing.width - 24:
            x, y = 24.0, y + 20
        sample = Line(kind=line.kind, points=((x, y), (x + 30, y)), hue=line.hue)
        yield _line(sample)
        yield _text(x + 37, y + 4, meaning, 11.5, "weak")
        x += 37 + width_of(meaning, 11.5) + 20


def _rect(box: Box, *classes: str, radius: float) -> svg.Rect:
    return svg.Rect(
        class_=list(classes),
        x=_number(box.x),
        y=_number(box.y),
        width=_number(box.width),
        height=_number(box.height),
        rx=radius,
    )


def _text(
    x: float, y: float, text: str, size: float, *classes: str, bold: bool = False, mono: bool = False
) -> svg.Text:
    return svg.Text(
        class_=[*classes, *(["mono"] if mono else [])],
        x=_number(x),
        y=_number(y),
        font_size=size,
        font_weight="bold" if bold else None,
        text=_words(text),
    )


def _line_of(x: float, y: float, title: tuple[str, float], detail: str, *classes: str) -> svg.Text:
    """A title of a size and its detail, one behind the other whatever the reader's font makes of them."""
    text, size = title
    head = svg.TSpan(class_=["strong"], font_size=size, font_weight="bold", text=_words(text))
    tail = svg.TSpan(class_=["weak"], dx=10, font_size=11.5, text=_words(detail))
    return svg.Text(class_=list(classes), x=_number(x), y=_number(y), elements=[head, tail])


def _words(text: str) -> str:
    return html.escape(text)


def _number(value: float) -> float:
    """Tenths of a pixel; whole numbers without a point."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _pair(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"
