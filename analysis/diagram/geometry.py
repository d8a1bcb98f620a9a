"""Boxes, rows of boxes, and what a picture is made of. Lengths in pixels; y grows downwards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.diagram.graph import EdgeKind, Node, NodeKind, Zone

GAP = 14
BARS = frozenset({NodeKind.BALANCER, NodeKind.NAT})
"""Cards over a whole row, all on one line."""

MARKED = frozenset({NodeKind.CORE, NodeKind.PLUGIN})
"""Cards with a row of marks: their shard, and what the node's badges say."""

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """y of the lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """x half way."""
        return self.x + self.width / 2

    @property
    def centre(self) -> float:
        """y half way."""
        return self.y + self.height / 2


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A zone and where it is."""

    zone: Zone
    box: Box


@dataclass(frozen=True, kw_only=True)
class Card:
    """A node and where it is."""

    node: Node
    box: Box


@dataclass(frozen=True, kw_only=True)
class Line:
    """A path of straight pieces to its arrow's head. hue: number of a callee's own colour; at: where the label is."""

    kind: EdgeKind
    points: tuple[Point, ...]
    hue: int | None = None
    head: bool = True
    label: str = ""
    at: Point | None = None


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What is painted, in this order."""

    width: float
    height: float
    title: str
    detail: str
    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    cards: tuple[Card, ...]


def height_of(nodes: Sequence[Node]) -> float:
    """Of a row of cards: as much as its fullest needs."""
    if all(node.kind in BARS for node in nodes):
        return 32
    lines = max(len(node.lines) for node in nodes)
    return 31 + 16 * lines + (22 if any(node.kind in MARKED for node in nodes) else 0)


def place(nodes: Sequence[Node], boxes: Iterable[Box]) -> dict[str, Card]:
    """Cards by the ids of their nodes."""
    return {node.id: Card(node=node, box=box) for node, box in zip(nodes, boxes, strict=True)}


def columns(count: int, width: float, least: float) -> int:
    """How many boxes of at least this width stand beside each other, in rows as even as can be."""
    most = max(1, int((width + GAP) // (least + GAP)))
    rows = -(-count // most)
    return -(-count // rows) if rows else 1


def cells(count: int, box: Box, *, per_row: int, height: float, gap: float = GAP) -> Iterator[Box]:
    """Boxes in rows from the top of a box, which share its width by `per_row`; gap: between rows."""
    width = (box.width - GAP * (per_row - 1)) / per_row
    for number in range(count):
        row, column = divmod(number, per_row)
        x, y = box.x + column * (width + GAP), box.y + row * (height + gap)
        yield Box(x=x, y=y, width=width, height=height)


_NARROW, _WIDE = frozenset(" .,:;'|!iljtfrI()[]/-"), frozenset("mwMW@%→")


_BY_CLASS = {"narrow": 0.34, "wide": 0.86, "upper": 0.7, "other": 0.57}


MONO = 0.61


def width_of(text: str, size: float, *, mono: bool = False) -> float:
    """Pixels of a text in Helvetica or its like, a little generously."""
    if mono:
        return len(text) * size * MONO
    return size * sum(_BY_CLASS[_class(letter)] for letter in text)


def fitted(text: str, room: float, size: float, *, mono: bool = False) -> str:
    """The text, or as much of its start as there is room for."""
    if width_of(text, size, mono=mono) <= room:
        return text
    while text and width_of(text + "…", size, mono=mono) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _class(letter: str) -> str:
    if letter in _NARROW:
        return "narrow"
    if letter in _WIDE:
        return "wide"
    return "upper" if letter.isupper() else "other"
