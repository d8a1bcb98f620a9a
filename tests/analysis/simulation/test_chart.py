"""The chart of a day."""

from xml.etree import ElementTree as ET

from analysis.simulation.chart import chart
from analysis.simulation.samples import Samples

SVG = "{http://www.w3.org/2000/svg}"


def samples(plugin: str, region: str, highest: int = 7) -> Samples:
    ready = tuple(highest if number == 100 else 1 for number in range(288))
    rate, saturation = tuple(float(one) for one in ready), tuple(one / highest for one in ready)
    return Samples(
        plugin=plugin,
        region=region,
        asked=rate,
        wanted=ready,
        ready=ready,
        queue=rate,
        saturation=saturation,
        lost=rate,
    )


def drawn(*found: Samples) -> ET.Element:
    return ET.fromstring(chart("A day <of> dev & prod", found))  # noqa: S314  # our own text


def test_each_plugin_has_a_line_in_each_panel_of_each_region_and_a_name_in_the_legend() -> None:
    root = drawn(*(samples(name, region) for region in ("use1", "usw2") for name in ("one", "two", "three")))
    lines = [line.get("stroke") for line in root.iter(f"{SVG}polyline")]
    colours = set(lines) - {"#d0d7de"}

    assert len(colours) == 3
    assert all(lines.count(colour) == 2 * 4 + 1 for colour in colours)
    assert {"one", "two", "three", "use1", "usw2"} <= {text.text for text in root.iter(f"{SVG}text")}


def test_nothing_is_drawn_outside() -> None:
    root = drawn(*(samples(f"a-plugin-{number}", "use1", 37) for number in range(25)))
    _, _, width, height = (float(one) for one in root.attrib["viewBox"].split())
    points = [
        tuple(float(one) for one in point.split(","))
        for line in root.iter(f"{SVG}polyline")
        for point in line.attrib["points"].split()
    ]
    places = [(float(text.attrib["x"]), float(text.attrib["y"])) for text in root.iter(f"{SVG}text")]

    assert all(0 <= x <= width and 0 <= y <= height for x, y in [*points, *places])


def test_a_name_is_text_and_never_markup() -> None:
    title = drawn(samples("one", "use1")).find(f"{SVG}title")
    assert title is not None
    assert title.text == "A day <of> dev & prod"
