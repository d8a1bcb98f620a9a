"""Dashboards say only what Grafana reads."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from planning.observability.dashboards.dashboard import NAMES_A_QUERY, AwsQuery, Dashboard, Query, aws_graph
from stack.plan import load_plan
from tests.docs.commands import ROOT
from tests.planning.observability.observed import watched, watched_with_canary
from tests.planning.observability.test_series import EXPOSED, dashboards

UNITS = {"bytes", "currencyUSD", "d", "ms", "percent", "percentunit", "reqps", "s", "short"}
"""Names of Grafana's (its documentation: standard options, unit); one that it doesn't know is shown as a word."""

_ROW = 24


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda found: found.name)
def test_every_field_is_one_of_grafanas_models(dashboard: Dashboard) -> None:
    lines = (EXPOSED / "grafana.txt").read_text().splitlines()
    known = {line for line in lines if not line.startswith("#")}

    assert set(_paths(json.loads(dashboard.text()))) - known == set()


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda found: found.name)
def test_graphs_are_told_apart_and_cover_none_of_another(dashboard: Dashboard) -> None:
    panels: list[dict[str, Any]] = json.loads(dashboard.text())["panels"]
    places = [panel["gridPos"] for panel in panels]

    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    assert len({(place["x"], place["y"]) for place in places}) == len(panels)
    assert all(place["x"] % place["w"] == 0 and place["x"] + place["w"] <= _ROW for place in places)
    assert {panel.unit for panel in dashboard.panels} <= UNITS


def test_a_graph_of_cloudwatch_shows_what_is_measured_by_just_its_dimensions() -> None:
    for dashboard in dashboards():
        for panel in json.loads(dashboard.text())["panels"]:
            assert all(target["matchExact"] is True for target in panel["targets"] if "namespace" in target)


@pytest.mark.parametrize("number", [0, 1], ids=["home", "the other region"])
def test_a_graph_of_cloudwatch_shows_this_stacks_things_of_its_region_or_says_that_it_shows_the_account(
    number: int,
) -> None:
    plan = load_plan("prod", ROOT)
    cell = plan.regions[number]
    named = {
        "AWS/RDS": {name for shard in plan.shards for name in shard.instances_in(cell.region)},
        "AWS/ElastiCache": set(cell.caches.nodes),
        "AWS/Logs": {*cell.observability.logs.groups, f"/aws/eks/{cell.cluster.name}/cluster"},
    }
    boards = [
        *cell.observability.dashboards,
        *(plugin.monitoring.dashboard for plugin in cell.plugins if plugin.monitoring),
    ]
    shown = [panel for board in boards for panel in board.panels if isinstance(panel.queries[0], AwsQuery)]
    whole = {panel.title for panel in shown if panel.title.endswith(" (account)")}

    assert whole == {f"{title} (account)" for title in UNNAMED}
    for panel in shown:
        for query in panel.queries:
            assert isinstance(query, AwsQuery)
            assert len(query.names) <= NAMES_A_QUERY
            assert query.region == cell.region or panel.title in whole
            if panel.title not in whole:
                assert set(query.names) <= named[query.namespace]
    databases = [panel for panel in shown if panel.title == "Free storage"]
    assert {name for panel in databases for query in panel.queries for name in _names(query)} == named["AWS/RDS"]


def test_a_canary_stands_beside_the_stable_version_while_an_entry_has_one() -> None:
    without, panels = (
        {panel.title: panel for panel in plan.dashboard.panels} for plan in (watched(), watched_with_canary())
    )
    added = [panels[title] for title in panels.keys() - without.keys()]

    assert len(added) == 3
    assert without.keys() <= panels.keys()
    for panel in added:
        asked = {query.legend: query.expression for query in panel.queries if isinstance(query, Query)}
        assert set(asked) == {"canary", "stable"}
        assert "/backend/1" in asked["canary"]
        assert asked["stable"] == asked["canary"].replace("/backend/1", "(/backend/0)?")


UNNAMED = ("Bill of the month so far, by service", "Through NAT", "Out of the CDN")
"""AWS counts the first by service alone; names of the others are ids, which it gives."""


def _names(query: object) -> tuple[str, ...]:
    return query.names if isinstance(query, AwsQuery) else ()


def test_many_things_are_asked_for_in_searches_that_cloudwatch_takes() -> None:
    names = [f"naap-prod-use1-pg-{number}-r1" for number in range(45)]
    panel = aws_graph("CPU", "percent", "AWS/RDS CPUUtilization", "Average", "us-east-1", names=names)

    asked = [query for query in panel.queries if isinstance(query, AwsQuery)]
    assert [name for query in asked for name in query.names] == names
    assert all(len(" OR ".join(f'"{name}"' for name in query.names)) < 900 for query in asked)


def test_addresses_are_as_short_as_grafana_takes_them() -> None:
    names = [dashboard.name for dashboard in dashboards()]

    assert len(set(names)) == len(names)
    assert all(len(name) <= 40 for name in names)


def _paths(part: object, above: str = "") -> Iterator[str]:
    """Of all fields within; positions in lists don't count, nor do the names of what CloudWatch measures."""
    if isinstance(part, list):
        for each in cast("list[object]", part):
            yield from _paths(each, above)
    if isinstance(part, dict):
        for name, value in cast("dict[str, object]", part).items():
            path = f"{above}{'*' if above.endswith('/dimensions/') else name}"
            yield path
            yield from _paths(value, f"{path}/")
