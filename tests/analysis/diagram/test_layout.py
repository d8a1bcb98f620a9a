"""Where everything of a picture is: nothing covers anything else, whatever the number of plugins."""

from itertools import combinations

import pytest

from analysis.diagram.geometry import Box, Drawing
from analysis.diagram.graph import EdgeKind, Graph, ZoneKind
from analysis.diagram.page import draw
from analysis.diagram.region import LANES, SHOWN, callees
from tests.analysis.diagram.graphs import USERS, crowded, graph

GRAPHS = [*(graph(users) for users in USERS), graph(200_000), crowded(50_000), crowded(200_000)]
NAMES = [*map(str, USERS), "200000", "forty plugins", "forty plugins in two regions"]


@pytest.fixture(params=GRAPHS, ids=NAMES)
def drawing(request: pytest.FixtureRequest) -> Drawing:
    """The picture of each in turn."""
    return draw(request.param)


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _inside(inner: Box, outer: Box) -> bool:
    across = outer.x <= inner.x and inner.right <= outer.right
    return across and outer.y <= inner.y and inner.bottom <= outer.bottom


def test_no_card_covers_another(drawing: Drawing) -> None:
    pairs = combinations(drawing.cards, 2)
    assert not [(one.node.id, other.node.id) for one, other in pairs if _overlap(one.box, other.box)]


def test_every_card_is_in_its_frame_and_every_frame_in_its_parent(drawing: Drawing) -> None:
    frames = {frame.zone.id: frame.box for frame in drawing.frames}
    page = Box(x=0, y=0, width=drawing.width, height=drawing.height)
    for card in drawing.cards:
        assert _inside(card.box, frames[card.node.zone] if card.node.zone else page), card.node.id
    for frame in drawing.frames:
        assert _inside(frame.box, frames[frame.zone.parent] if frame.zone.parent else page), frame.zone.id


def test_lines_are_level_or_upright_and_stay_on_the_page(drawing: Drawing) -> None:
    for line in drawing.lines:
        for (x, y), (next_x, next_y) in zip(line.points, line.points[1:], strict=False):
            assert abs(x - next_x) < 1e-6 or abs(y - next_y) < 1e-6, line
        assert all(0 < x < drawing.width and 0 < y < drawing.height for x, y in line.points)


def test_no_line_of_a_call_passes_behind_a_card(drawing: Drawing) -> None:
    for line in drawing.lines:
        if line.kind is EdgeKind.CALL:
            inner = [point for point in line.points[1:-1] for card in drawing.cards if _within(point, card.box)]
            assert not inner


def _within(point: tuple[float, float], box: Box) -> bool:
    return box.x < point[0] < box.right and box.y < point[1] < box.bottom


@pytest.mark.parametrize("found", GRAPHS, ids=NAMES)
def test_every_plugin_has_a_card_and_every_drawn_callee_an_arrow(found: Graph) -> None:
    drawing = draw(found)
    shown = {card.node.id for card in drawing.cards}
    regions = [zone.id for zone in found.zones if zone.kind is ZoneKind.REGION]
    plugins = {node.id for node in found.nodes if "plugin/" in node.id}
    assert plugins <= shown
    heads = {(line.hue, line.points[-1]) for line in drawing.lines if line.kind is EdgeKind.CALL and line.head}
    assert len(heads) == sum(len(callees(found, region)) for region in regions)


def test_more_shards_than_there_is_room_for_are_one_card_together() -> None:
    drawing = draw(graph(200_000, shards=9))
    titles = [card.node.title for card in drawing.cards if card.node.id.startswith("us-east-1/shard/")]
    assert len(titles) == SHOWN
    assert titles[-1].startswith("+ ")
    assert titles[-1].endswith(" more")


def test_the_most_called_has_the_first_lane() -> None:
    found = callees(crowded(50_000), "us-east-1")
    assert found[0] == "us-east-1/plugin/base-svc"
    assert set(found[1:]) == {"us-east-1/plugin/community", "us-east-1/plugin/my-dashboard"}
    assert len(found) <= LANES
