"""The picture itself, and those that the documentation shows."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from analysis.diagram.architecture import graph_of
from analysis.diagram.geometry import fitted, width_of
from analysis.diagram.paint import picture
from analysis.diagram.theme import stylesheet
from stack.plan import load_plan
from tests.analysis.diagram.graphs import crowded, graph

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "docs" / "images"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_picture_that_the_readme_shows_is_current(stack: str) -> None:
    shown = (IMAGES / f"{stack}.svg").read_text()
    command = f"naap diagram --stack {stack} --out docs/images/{stack}.svg"
    assert shown == picture(graph_of(load_plan(stack, ROOT))), f"run: {command}"
    assert f"docs/images/{stack}.svg" in (ROOT / "README.md").read_text()


def test_a_picture_is_well_formed_and_holds_every_plugin() -> None:
    found = picture(crowded(200_000))
    texts = {"".join(element.itertext()) for element in ElementTree.fromstring(found).iter()}  # noqa: S314  # our own
    assert {f"plugin-{number}" for number in range(25)} <= texts
    assert "us-west-2" in texts


def test_a_picture_is_the_same_every_time_and_needs_nothing_from_elsewhere() -> None:
    found = picture(graph(1_000))
    assert found == picture(graph(1_000))
    assert "href" not in found
    assert "url(" not in found
    assert found.count("http") == found.count("http://www.w3.org/2000/svg") + found.count("https://naap.example")


def test_a_picture_can_be_read_on_a_light_and_on_a_dark_page() -> None:
    light, _, dark = stylesheet().partition("@media (prefers-color-scheme:dark)")
    for rule in (".page{", ".card{", ".strong{", ".s-violet{"):
        assert rule in light
        assert rule in dark


@pytest.mark.parametrize("mono", [True, False])
def test_a_text_that_is_too_long_ends_with_an_ellipsis_where_the_room_ends(*, mono: bool) -> None:
    shown = fitted("intelligent-dashboard", 80, 13, mono=mono)
    assert shown.endswith("…")
    assert width_of(shown, 13, mono=mono) <= 80
    assert fitted("short", 80, 13, mono=mono) == "short"
