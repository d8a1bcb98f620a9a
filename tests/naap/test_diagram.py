"""`naap diagram`."""

from pathlib import Path
from xml.etree import ElementTree

from tests.naap.running import data, refused, text


def test_the_picture_is_drawn_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "prod.svg"
    said = text("diagram", "--stack", "prod", "--out", str(file))
    assert "2 regions" in said
    assert ElementTree.parse(file).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # our own


def test_without_a_file_the_graph_is_printed() -> None:
    said = text("diagram")
    assert "us-east-1  home: the writers" in said
    assert "→ call: base-svc" in said


def test_a_program_reads_nodes_and_edges() -> None:
    found = data("diagram", "--users", "60000")
    assert found["detail"].startswith("60,000 users, tier 100k")
    wallet = next(node for node in found["nodes"] if node["id"] == "us-east-1/plugin/my-wallet")
    assert (wallet["kind"], wallet["lines"][0]) == ("plugin", "/api/v1/wallet")
    edge = {"source": wallet["id"], "target": "us-east-1/plugin/base-svc", "kind": "call", "label": ""}
    assert edge in found["edges"]


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    assert "Is a directory" in refused("diagram", "--out", str(tmp_path))
