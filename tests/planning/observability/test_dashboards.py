"""Dashboards say only what Grafana reads."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from planning.observability.dashboards.dashboard import Dashboard
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
    """And says in its title that it shows all of the account: names of things are AWS's, and not in the query."""
    for dashboard in dashboards():
        for panel in json.loads(dashboard.text())["panels"]:
            asked = [target for target in panel["targets"] if "namespace" in target]
            assert all(target["matchExact"] is True for target in asked)
            assert ("(account)" in panel["title"]) == bool(asked), panel["title"]


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
