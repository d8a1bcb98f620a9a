"""Ends of support: a row for everything that is pinned, and the arithmetic, on days that the tests give."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from planning.cluster import cluster
from planning.data import caches
from planning.database import shard
from planning.edge import functions
from planning.gateway import gateway
from planning.inputs.support_dates import FAIL_DAYS, SUPPORT, WARN_DAYS, Support, distance, ending
from planning.observability import observability
from planning.observability.network_policies import LOG_ADDON
from planning.shared import images
from planning.shared.images import Image
from rehearsal.tools import tool_table
from tests import tools

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 11, 28)
TOOLS = {
    "kube-apiserver": "Kubernetes on this machine",
    "kube-controller-manager": "Kubernetes on this machine",
    "kube-scheduler": "Kubernetes on this machine",
    "etcd": "etcd on this machine",
    "kwok": "KWOK on this machine",
    "pulumi": "Pulumi",
    "promtool": "promtool of the tests",
}


def _row(*, until: date | None) -> Support:
    return Support(what="a thing", version="1", until=until, source="a page")


def _pins() -> dict[str, set[str]]:
    """What is pinned, from the places that pin it."""
    settings = [yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"] for stack in ("dev", "prod")]
    workflows = "".join(file.read_text() for file in (ROOT / ".github" / "workflows").glob("*.yml"))
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert oldest
    pins = {
        "Amazon EKS": {cluster.VERSION},
        "EKS add-on metrics-server": {cluster.METRICS_SERVER},
        f"EKS add-on {LOG_ADDON}": {observability.LOG_ADDON_VERSION},
        "Amazon RDS for PostgreSQL": {shard.ENGINE_VERSION},
        "RDS certificate authority": {shard.AUTHORITY},
        "Amazon ElastiCache for Valkey": {caches.ENGINE_VERSION},
        "CloudFront Functions runtime": {functions.RUNTIME},
        "Envoy Gateway chart": {gateway.CHART_VERSION},
        "image pgbouncer": {re.split(r"[:@]", each["naap:poolerImage"])[1] for each in settings},
        "Python, the oldest that is allowed": {oldest[1]},
        "Python of the workflows": set(re.findall(r'python-version: "([\d.]+)"', workflows)),
    }
    for image in vars(images).values():
        if isinstance(image, Image):
            pins[f"image {image.repository.partition('/')[2]}"] = {image.tag}
    for tool in (*tool_table.ALL, tools.PROMTOOL):
        pins.setdefault(TOOLS[tool.name], set()).add(tool.version)
    return pins


def test_everything_that_is_pinned_has_a_row_and_every_row_is_of_a_pin() -> None:
    assert len({row.what for row in SUPPORT}) == len(SUPPORT)
    assert {row.what for row in SUPPORT} == set(_pins())


def test_a_raised_pin_makes_one_look_at_its_date() -> None:
    assert {row.what: {row.version} for row in SUPPORT} == _pins()


def test_every_row_says_where_its_date_stands_or_why_there_is_none() -> None:
    for row in SUPPORT:
        assert len(row.source) > 10, row
        assert row.until is None or row.until > date(2020, 1, 1), row


def test_the_date_of_the_database_authorities_is_the_earliest_of_their_certificates() -> None:
    pem = (ROOT / "planning" / "database" / "rds_authorities.pem").read_text()
    ends = [date.fromisoformat(day) for day in re.findall(r"^# \S+ RSA2048, until (\S+),", pem, re.MULTILINE)]
    (row,) = (row for row in SUPPORT if row.what == "RDS certificate authority")
    assert row.until == min(ends)


@pytest.mark.parametrize(("days", "near"), [(-1, True), (0, True), (30, True), (31, False)])
def test_an_end_counts_from_so_many_days_before_it_and_ever_after(days: int, near: bool) -> None:
    row = _row(until=DAY + timedelta(days=days))
    assert ending(DAY, 30, [row]) == ((row,) if near else ())


def test_the_earliest_end_comes_first_and_what_has_no_date_never() -> None:
    late, early, never = _row(until=DAY), _row(until=DAY - timedelta(days=9)), _row(until=None)
    assert ending(DAY, WARN_DAYS, [late, never, early]) == (early, late)


def test_warnings_come_before_failures() -> None:
    assert WARN_DAYS > FAIL_DAYS > 0


@pytest.mark.parametrize(
    ("days", "said"), [(30, "in 30 days"), (1, "in 1 day"), (0, "today"), (-1, "1 day ago"), (-400, "400 days ago")]
)
def test_how_far_an_end_is_reads_as_one_says_it(days: int, said: str) -> None:
    assert distance(DAY + timedelta(days=days), DAY) == said
