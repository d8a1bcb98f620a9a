"""Rules and dashboards ask only for what something exposes, and what they ask for is kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planning.database.pooler import metrics_service
from planning.inputs.tiers import TIERS
from planning.observability.alerts.alert import Record
from planning.observability.dashboards.dashboard import AwsQuery, Dashboard, Named, Query
from planning.observability.dashboards.platform import platform_dashboards
from planning.observability.metrics.queue_depth import queue_depth
from planning.observability.metrics.scraping import scraping
from planning.observability.metrics.series import JOBS, KEPT
from planning.observability.plugin_monitoring import plan_plugin_monitoring
from tests.planning.observability.alarms import alarms
from tests.planning.observability.observed import watched, watched_with_canary
from tests.planning.observability.promql import series_in
from tests.planning.observability.rules import groups
from tests.planning.samples import plugin
from tests.promtool import run

EXPOSED = Path(__file__).parent / "exposed"
FILES = {
    "envoy": "envoy",
    "ratelimit": "ratelimit",
    "pgbouncer": "pgbouncer",
    "kube-state-metrics": "kube-state-metrics",
    "containers": "containers",
}
OF_THE_SCRAPER = {"up", "scrape_samples_post_metric_relabeling"}
"""What whoever scrapes says of each target (Prometheus: Jobs and instances)."""


def exposed(job: str) -> set[str]:
    lines = (EXPOSED / f"{FILES[job]}.txt").read_text().splitlines()
    return {line for line in lines if not line.startswith("#")}


def dashboards() -> tuple[Dashboard, ...]:
    return (*platform_dashboards(region="us-east-1", connections=4_000, named=Named()), watched_with_canary().dashboard)


def expressions() -> Iterator[str]:
    yield from (rule.expression for group in groups() for rule in group.rules)
    for dashboard in dashboards():
        for panel in dashboard.panels:
            yield from (query.expression for query in panel.queries if isinstance(query, Query))
    yield queue_depth("my-wallet")


def documented() -> set[str]:
    return {line for line in (EXPOSED / "cloudwatch.txt").read_text().splitlines() if line[0] != "#"}


def recorded() -> set[str]:
    return {rule.name for group in groups() for rule in group.rules if isinstance(rule, Record)}


@pytest.mark.parametrize("job", JOBS)
def test_what_is_kept_is_exposed(job: str) -> None:
    assert set(KEPT[job]) - exposed(job) == set()


def test_what_is_asked_for_is_kept_or_recorded() -> None:
    kept = {name for names in KEPT.values() for name in names}
    asked = {name for expression in expressions() for name in series_in(expression)}

    assert asked - kept - recorded() - OF_THE_SCRAPER == set()
    assert {name for name in kept - asked if not name.endswith("_sum")} == set(), "paid for, and asked for by nobody"


def test_scraping_keeps_what_is_kept() -> None:
    for stated in scraping("naap-dev-use1", 2)["scrape_configs"]:
        (rule,) = stated["metric_relabel_configs"]
        assert rule["action"] == "keep"
        assert all(re.fullmatch(rule["regex"], name) for name in KEPT[stated["job_name"]])
        assert not re.fullmatch(rule["regex"], "envoy_cluster_upstream_cx_rx_bytes_total")


def test_a_pooler_is_scraped_with_the_number_of_its_shard() -> None:
    stated = next(job for job in scraping("c", 2)["scrape_configs"] if job["job_name"] == "pgbouncer")
    (relabel,) = stated["relabel_configs"]
    names: list[str] = stated["dns_sd_configs"][0]["names"]

    assert [re.fullmatch(relabel["regex"], name).group(1) for name in names] == ["0", "1"]  # type: ignore[union-attr]  # a name that doesn't match fails
    assert names[0].startswith(metrics_service(0))
    assert relabel["replacement"] == "$$1", "the collector reads a single $ as a variable"


def test_every_query_of_a_dashboard_is_promql(tmp_path: Path) -> None:
    rules = [{"record": f"check:{number}", "expr": text} for number, text in enumerate(expressions())]
    named = [{**rule, "record": f"check:r{number}"} for number, rule in enumerate(rules)]
    (tmp_path / "rules.yaml").write_text(str({"groups": [{"name": "queries", "rules": named}]}))

    assert f"{len(named)} rules found" in run("check", "rules", "rules.yaml", folder=tmp_path)


def test_metrics_of_aws_are_those_that_its_documentation_lists_by_exactly_their_dimensions() -> None:
    queries = {
        " ".join((query.namespace, query.metric, query.by, *(name for name, _ in query.where)))
        for dashboard in dashboards()
        for panel in dashboard.panels
        for query in panel.queries
        if isinstance(query, AwsQuery)
    }

    assert queries <= documented()


def test_alarms_name_metrics_by_exactly_the_dimensions_that_its_documentation_lists() -> None:
    """One dimension too many or too few, and an alarm sees nothing, which reads as all is well."""
    stated = {
        " ".join((alarm.namespace, alarm.metric, *alarm.dimensions, *sorted(alarm.more)))
        for tier in TIERS
        for alarm in alarms(tier.max_users or 100_001)
        if alarm.dimensions  # else counted from logs, by a filter of ours
    }

    assert stated - documented() == set()


def test_the_series_that_autoscalers_read_is_the_one_that_the_dashboard_shows() -> None:
    shown = [
        query.expression for panel in watched().dashboard.panels for query in panel.queries if isinstance(query, Query)
    ]

    assert queue_depth("my-wallet") in shown


def test_a_tier_without_series_watches_no_plugin() -> None:
    assert (
        plan_plugin_monitoring(
            spec=plugin("a"), region="us-east-1", tier=TIERS[1], database=None, caches=(), routes=None
        )
        is None
    )
