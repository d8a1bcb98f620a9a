from typing import Any

from planning.inputs.tiers import tier_for
from planning.observability.collector import collector_config
from planning.observability.observability import plan_observability
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


def test_counters_keep_their_names_on_the_way_to_the_workspace() -> None:
    for way in ("pushed", "scraped"):
        assert _config(50_000)["exporters"][f"prometheusremotewrite/{way}"]["add_metric_suffixes"] is False


def test_no_request_mixes_what_one_replica_was_sent_with_what_every_replica_scrapes() -> None:
    """The workspace drops a whole request whose first series is of a replica that it doesn't listen to."""
    pipelines = _config(50_000)["service"]["pipelines"]
    ways = [(found["receivers"], found["exporters"]) for name, found in pipelines.items() if name.startswith("metrics")]
    assert ways == [
        (["otlp"], ["prometheusremotewrite/pushed"]),
        (["prometheus"], ["prometheusremotewrite/scraped"]),
    ]


def test_a_trace_is_found_by_the_ids_that_the_gateway_writes_into_it() -> None:
    assert _config(100_001)["exporters"]["awsxray"]["indexed_attributes"] == ["cdn.request_id", "request_id"]


def test_traces_carry_no_query_and_no_connection_string() -> None:
    config = _config(10_000)
    deleted = {action["key"] for action in config["processors"]["attributes/quiet"]["actions"]}

    assert {"url.query", "url.full", "http.target", "http.url", "db.connection_string"} == deleted
    assert "attributes/quiet" in config["service"]["pipelines"]["traces"]["processors"]
