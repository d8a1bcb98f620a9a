"""`naap cost --actual`: a report of AWS beside the estimate."""

import gzip
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.analysis.cost.reports import Cells, newer, newest, older, pod, used
from tests.naap.running import data, refused, text

TENTH = 0.1
"""Of an average month: what the rows of a report cover."""
BILL = [
    used("AmazonEC2", "USE1-BoxUsage:m7g.large", 146, 12.0),
    used("AmazonEKS", "USE1-EKS-Auto:m7g.large", 146, 1.44),
    used("AmazonRDS", "USE1-InstanceUsage:db.t4g.medium", 73, 9.5),
    used("AmazonCloudFront", "US-Requests-Tier2-HTTPS", 1_000_000, 1.0),
    used("AmazonEC2", "USE1-NatGateway-Bytes", 500, 22.5),
    used("AmazonEC2", "USE1-BoxUsage:m7g.large", 146, 12.0, stack="prod"),
    used("AmazonEC2", "USE1-BoxUsage:t3.large", 10, 3.0, stack=None),
    used("AmazonEC2", "", 0, 7.7, kind="Tax"),
    used("AmazonEC2", "", 0, -5.0, kind="Credit"),
]
PODS = [pod("my-wallet", 2.0, 0.5), pod("community", 1.0, 0.25), pod("my-wallet", 9, 9, cluster="naap-prod-use1")]


@pytest.fixture(params=[newer, newest, older], ids=["CUR 2.0", "CUR 2.0 by its tags", "older CUR"])
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[Cells]], str]:
    """Writes a report in each of the forms."""

    def write(rows: list[Cells]) -> str:
        file = tmp_path / "report.csv"
        file.write_text(request.param(rows))
        return str(file)

    return write


def test_each_component_stands_beside_its_plan_for_the_hours_of_the_report(
    report: Callable[[list[Cells]], str],
) -> None:
    found, planned = data("cost", "--actual", report(BILL + PODS)), data("cost")

    assert math.isclose(found["hours"], 73)
    measured = {name: pair["measured"] for name, pair in found["components"].items() if pair["measured"]}
    assert measured == {"nodes": 13.44, "database": 9.5, "CDN": 1.0, "network": 22.5}
    for name, usd in planned["components"].items():
        assert math.isclose(found["components"][name]["planned"], usd * TENTH)
    assert (found["untagged"], found["leftOut"]) == ({"AmazonEC2": 3.0}, {"Tax": 7.7, "Credit": -5.0})


def test_a_plugin_pays_for_its_pods_as_aws_splits_nodes_and_for_its_part_of_the_rest(
    report: Callable[[list[Cells]], str],
) -> None:
    found, planned = data("cost", "--actual", report(BILL + PODS)), data("cost")
    by_name = {plugin["plugin"]: plugin for plugin in planned["plugins"]}
    database = found["components"]["database"]
    grown = database["measured"] / database["planned"]

    assert found["nodesSplitByPods"]
    for name, nodes in (("my-wallet", 2.5), ("community", 1.25)):
        assert math.isclose(found["plugins"][name]["planned"], by_name[name]["usd"] * TENTH)
        rest = found["plugins"][name]["measured"] - nodes
        assert rest >= by_name[name]["database"] * TENTH * grown - 1e-9
    # All of what plugins share was measured by the database and what carries traffic alone.
    traffic = sum(found["components"][name]["measured"] for name in ("CDN", "network"))
    total = sum(pair["measured"] for pair in found["plugins"].values())
    assert total <= 3.75 + database["measured"] + traffic + 1e-9


def test_assumptions_that_are_off_are_named_with_what_they_would_have_to_be(
    report: Callable[[list[Cells]], str],
) -> None:
    found = data("cost", "--actual", report(BILL + PODS))
    by_name = {each["what"]: each for each in found["quantities"]}
    nat = by_name["bytes through NAT, GB"]
    shown = text("cost", "--actual", report(BILL + PODS))

    assert nat["off"]
    assert math.isclose(
        nat["assumptions"]["egressBytesPerRequest"], 200 * nat["measured"] / nat["planned"], rel_tol=0.01
    )
    assert by_name["requests, millions"]["measured"] == 1.0
    assert "egressBytesPerRequest" in " ".join(shown.split())
    assert "Tax USD 7.70" in shown


def test_without_split_costs_it_says_so_and_shares_nodes_as_planned(report: Callable[[list[Cells]], str]) -> None:
    found = data("cost", "--actual", report(BILL))

    assert not found["nodesSplitByPods"]
    assert "No row splits nodes" in text("cost", "--actual", report(BILL))
    assert found["plugins"]["my-wallet"]["measured"] > 0


def test_parts_of_a_report_are_read_together_and_packed(tmp_path: Path) -> None:
    parts: list[str] = []
    for number, rows in enumerate((BILL, PODS)):
        file = tmp_path / f"part-{number}.csv.gz"
        file.write_bytes(gzip.compress(newer(rows).encode()))
        parts += ["--actual", str(file)]

    assert data("cost", *parts)["nodesSplitByPods"]


def test_what_is_no_report_of_this_stack_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    for content, words in (
        ("a,b\n1,2\n", "without the columns line_item_line_item_type"),
        (newer([used("AmazonRDS", "x", 1, 1, stack="prod")]), "no row of this stack"),
        (newer([used("AmazonRDS", "x", 1, 1)]).replace("2026-10-01T", "yesterday T"), "line 2"),
        ("\x00\x01PAR1", "as CSV"),
    ):
        file.write_text(content)
        said = refused("cost", "--actual", str(file))
        assert words in said
        assert "docs/cost.md" in said
    assert "No such file" in refused("cost", "--actual", str(tmp_path / "nothing.csv"))
