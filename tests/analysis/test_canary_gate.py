"""Whether a canary goes on: the decision, and the queries that it is made by, before the real promtool."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from analysis.canary_gate import Counts, Decision, Seen, decide, queries, seen
from planning.inputs.registry.canary import Canary
from planning.observability.alerts.objective import ObjectivePlan
from tests.promtool import run

OBJECTIVE = ObjectivePlan(availability_percent=99.5, latency_ms=500, latency_percent=99.0)
CANARY = Canary(image="ghcr.io/naap/my-wallet:1.1.0", weight=5)
WELL = Counts(requests=1_000, failed=0, answers=1_000, slow=0)
GOOD = Seen(canary=WELL, recent=replace(WELL, requests=200, answers=200), stable=WELL, ready=2)
FAILS, RECENTLY = replace(WELL, failed=100), replace(WELL, failed=20, requests=200)
LATE, LATELY = replace(WELL, slow=200), replace(WELL, slow=40, answers=200)

CASES = {
    "it keeps its promise": (GOOD, Decision.ADVANCE, "within its promise"),
    "a tenth fails": (replace(GOOD, canary=FAILS, recent=RECENTLY), Decision.ABORT, "answered 5xx: 100 of 1000"),
    "a fifth is late": (replace(GOOD, canary=LATE, recent=LATELY), Decision.ABORT, "over 500 ms: 200 of 1000"),
    "few requests, of which many fail": (
        replace(GOOD, canary=Counts(requests=40, failed=12), recent=Counts(requests=9, failed=3)),
        Decision.ABORT,
        "answered 5xx: 12 of 40",
    ),
    "few failures of few requests": (
        replace(GOOD, canary=Counts(requests=40, failed=9), recent=Counts(requests=9, failed=3)),
        Decision.HOLD,
        "fewer than 200 can't tell",
    ),
    "it failed, and does no more": (replace(GOOD, canary=FAILS), Decision.HOLD, "100 of 1000, 20.0 times"),
    "the stable version fails as well": (
        replace(GOOD, canary=FAILS, recent=RECENTLY, stable=FAILS),
        Decision.HOLD,
        "the stable version too",
    ),
    "it fails more than its promise allows, and nobody would be woken": (
        replace(GOOD, canary=replace(WELL, failed=20)),
        Decision.HOLD,
        "4.0 times what its promise allows",
    ),
    "it fails as much as its promise allows": (replace(GOOD, canary=replace(WELL, failed=5)), Decision.ADVANCE, ""),
    "nobody asks it": (replace(GOOD, canary=Counts(), recent=Counts()), Decision.HOLD, "0 of 0; fewer than 200"),
    "none of its pods is ready": (replace(GOOD, ready=0), Decision.ABORT, "5 % get 503"),
    "nobody knows its pods": (replace(GOOD, ready=None), Decision.HOLD, "nothing is known of its pods"),
    "all of its answers stream": (
        replace(GOOD, canary=Counts(requests=1_000, failed=0), recent=Counts(requests=200, failed=0)),
        Decision.ADVANCE,
        "",
    ),
}


@pytest.mark.parametrize(("found", "decision", "reason"), CASES.values(), ids=list(CASES))
def test_a_canary_is_judged_by_its_plugins_promise(found: Seen, decision: Decision, reason: str) -> None:
    verdict = decide(found, canary=CANARY, objective=OBJECTIVE)

    assert (verdict.decision, reason in verdict.reason) == (decision, True), verdict


def test_an_unasked_canary_goes_on_once_its_pods_are_ready() -> None:
    unasked = CANARY.model_copy(update={"weight": 0})

    assert decide(replace(GOOD, canary=Counts()), canary=unasked, objective=OBJECTIVE).decision is Decision.ADVANCE
    assert decide(replace(GOOD, ready=0), canary=unasked, objective=OBJECTIVE).decision is Decision.ABORT


def test_steps_are_taken_one_after_the_other_and_then_it_is_promoted() -> None:
    weights = [0, 5, 7, 25, 50, 70]

    assert [CANARY.model_copy(update={"weight": weight}).next_weight for weight in weights] == [
        5,
        25,
        25,
        50,
        None,
        None,
    ]


def test_prometheus_answers_each_query_with_what_it_counted_of_one_track(tmp_path: Path) -> None:
    """A quarter of the canary's requests fail and a half is late; all of the stable version's are well."""
    route, job = "httproute/plugin-my-wallet/my-wallet/rule", 'job="envoy"'
    series = {'kube_deployment_status_replicas_available{job="kube-state-metrics",namespace="plugin-my-wallet",'
              'deployment="my-wallet-canary"}': "2x40"}  # fmt: skip
    for backend, failed, late in ((0, 0, 0), (1, 15, 30)):
        name = f'{job},envoy_cluster_name="{route}/0/backend/{backend}"'
        ended = {"2": 60 - failed, "5": failed} if failed else {"2": 60}
        for code, each in ended.items():
            series[f'envoy_cluster_upstream_rq_xx{{{name},envoy_response_code_class="{code}"}}'] = f"0+{each}x40"
        series[f"envoy_cluster_upstream_rq_time_count{{{name}}}"] = "0+60x40"
        series[f'envoy_cluster_upstream_rq_time_bucket{{{name},le="500"}}'] = f"0+{60 - late}x40"
    # Streams have no latency.
    series[f'envoy_cluster_upstream_rq_time_count{{{job},envoy_cluster_name="{route}/1/backend/1"}}'] = "0+999x40"
    ten, two = {"requests": 600, "answers": 600}, {"requests": 120, "answers": 120}
    expected = {
        **{f"canary.{name}": value for name, value in {**ten, "failed": 150, "slow": 300}.items()},
        **{f"recent.{name}": value for name, value in {**two, "failed": 30, "slow": 60}.items()},
        **{f"stable.{name}": value for name, value in {**ten, "failed": 0, "slow": 0}.items()},
        "ready": 2,
    }
    asked = queries("my-wallet", OBJECTIVE, (0,), 10)
    tests = [
        {"expr": asked[name], "eval_time": "40m", "exp_samples": [{"labels": "{}", "value": value}]}
        for name, value in expected.items()
    ]
    inputs = [{"series": name, "values": values} for name, values in series.items()]
    stated = {"tests": [{"interval": "1m", "input_series": inputs, "promql_expr_test": tests}]}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(stated))

    run("test", "rules", "test.yaml", folder=tmp_path)
    assert asked.keys() == expected.keys()
    assert decide(seen(expected), canary=CANARY, objective=OBJECTIVE).decision is Decision.ABORT
