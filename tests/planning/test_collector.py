import re
from typing import Any

from planning.collector import collector_config
from planning.observability import plan_observability
from planning.queue_metric import GATEWAY_JOB, queue_depth
from planning.tiers import tier_for
from tests.planning.samples import settings


def _config(users: int) -> dict[str, Any]:
    return collector_config(
        plan_observability(stack="dev", region="us-east-1", settings=settings(users), tier=tier_for(users))
    )


def test_every_part_of_a_pipeline_is_configured() -> None:
    for users in (10_000, 50_000, 100_001):
        config = _config(users)
        service = config["service"]
        assert set(service["extensions"]) <= set(config["extensions"])
        for pipeline in service["pipelines"].values():
            for part in ("receivers", "processors", "exporters"):
                assert set(pipeline[part]) <= set(config[part])
            assert pipeline["processors"][0] == "memory_limiter"


def test_a_tier_without_metrics_scrapes_nothing() -> None:
    assert set(_config(10_000)["receivers"]) == {"otlp"}
    assert set(_config(50_000)["receivers"]) == {"otlp", "prometheus"}


def test_the_series_that_autoscalers_read_are_scraped_under_their_job_and_kept() -> None:
    scraping = _config(50_000)["receivers"]["prometheus"]["config"]["scrape_configs"][0]
    kept = re.compile(str(scraping["metric_relabel_configs"][0]["regex"]))

    assert scraping["job_name"] == GATEWAY_JOB
    names: set[str] = set(re.findall(r"envoy_\w+(?={)", queue_depth("my-wallet")))
    assert len(names) == 2
    assert all(kept.fullmatch(name) for name in names)
    assert kept.fullmatch("envoy_cluster_ratelimit_failure_mode_allowed")
