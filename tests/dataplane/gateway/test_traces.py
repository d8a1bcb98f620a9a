"""Traces: where they begin, which requests have one, and what of it reaches a plugin."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from planning.gateway.gateway import TRACE_TAGS
from planning.inputs.tiers import Tier
from planning.observability.collector import MAY_HOLD_SECRETS
from planning.observability.network_policies import COLLECTOR, NAMESPACE
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.cluster.network import GATEWAY as HERE
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.plugins import SERVED
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.spans import Span, Spans
from tests.dataplane.gateway.tokens import session
from tests.wait import wait_for

PATH = "/api/v1/wallet/x"
CDN_ID = "cQ5sVbG0Gq5bTt4aRqXyIzXyZ8v1nK0x0pJ7l3qg2mT1rYw9uEoAAA=="
THEIRS = {
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": "theirs=1",
    "baggage": "theirs=1",
    "x-client-trace-id": "theirs",
    "x-envoy-force-trace": "true",
}
"""What a client could ask for a trace with."""
SAMPLED, NOT_SAMPLED = "01", "00"
PERCENT, ASKED, LEAST, MOST = 25, 200, 15, 85
"""So far from a quarter of the requests once in a hundred million runs."""


@pytest.fixture(scope="module")
def spans(rig: Rig) -> Iterator[Spans]:
    name = f"{COLLECTOR}.{NAMESPACE}.svc.cluster.local"
    rig.cluster.hosts[name] = HERE
    found = Spans(HERE)
    yield found
    found.stop()
    del rig.cluster.hosts[name]


def test_a_client_passes_no_trace_of_its_own_to_a_plugin(rig: Rig) -> None:
    seen = rig.get(PATH, user="alice", headers=THEIRS).json["headers"]
    assert not seen.keys() & THEIRS.keys()


def test_a_trace_leads_from_the_cdns_request_to_the_plugin(rig: Rig, spans: Spans) -> None:
    with _traced(rig, 100):
        seen = rig.get(f"{PATH}?token=secret", user="alice", headers={"x-amz-cf-id": CDN_ID}).json["headers"]
        request = seen["x-request-id"]
        first, upstream = wait_for("both spans", lambda: _both(spans.of(request)))
        logged = rig.log_line(request)

    assert (first.service, first.parent, upstream.parent) == ("gateway", "", first.identity)
    assert seen["traceparent"] == f"00-{first.trace}-{upstream.identity}-{SAMPLED}"
    assert (logged["trace_id"], logged["cdn_request_id"]) == (first.trace, CDN_ID)
    assert {name: first.tags[name] for name in TRACE_TAGS} == {"cdn.request_id": CDN_ID, "request_id": request}
    assert "plugin-wallet" in upstream.tags["upstream_cluster"]
    whole = [span.tags.items() for span in spans.found if span.trace == first.trace]
    kept = str([(name, value) for tags in whole for name, value in tags if name not in MAY_HOLD_SECRETS])
    assert "secret" not in kept
    assert session("alice") not in kept


def test_a_sample_of_requests_is_traced_and_plugins_are_told_which(rig: Rig, spans: Spans) -> None:
    with _traced(rig, PERCENT), closing(rig.client.connect(rig.addresses[0])) as connection:
        seen = [
            rig.get(PATH, user="alice", headers=THEIRS, connection=connection).json["headers"] for _ in range(ASKED)
        ]
        told = {each["x-request-id"] for each in seen if each["traceparent"].endswith(f"-{SAMPLED}")}
        wait_for("their spans", lambda: all(_both(spans.of(request)) for request in told))

    untold = {each["x-request-id"] for each in seen} - told
    assert LEAST < len(told) < MOST
    assert not [span for request in untold for span in spans.of(request)]
    assert {each["traceparent"][-2:] for each in seen} == {SAMPLED, NOT_SAMPLED}


@contextmanager
def _traced(rig: Rig, percent: int) -> Generator[None]:
    """With what the largest tier has for it, for a while."""
    largest = replace(rig.tier, tracing=True, traced_percent=percent)
    before, after = (_objects(rig, tier) for tier in (rig.tier, largest))
    rig.cluster.objects.apply(after)
    try:
        wait_for("all Envoys to trace", lambda: all(_sampling(rig, pod) == percent for pod in rig.envoys))
        rig.settled()
        yield
    finally:
        rig.cluster.objects.apply(before)
        wait_for("no Envoy to trace", lambda: all(_sampling(rig, pod) is None for pod in rig.envoys))
        rig.cluster.objects.delete([each for each in after if each["kind"] == "Backend"])


def _objects(rig: Rig, tier: Tier) -> list[Object]:
    _, found = documents.gateway(rig.settings, tier, rig.parts, SERVED)
    return [each for each in found if each["kind"] == "EnvoyProxy" or each["metadata"]["name"] == "traces"]


def _sampling(rig: Rig, pod: str) -> float | None:
    """Percent of requests that this Envoy begins a trace of; None where it has no tracing."""
    dump = json.loads(rig.admin(pod, "config_dump?resource=dynamic_listeners"))
    found = [each for listener in dump["configs"] for each in _tracing(listener.get("active_state"))]
    return found[0]["random_sampling"]["value"] if found else None


def _tracing(part: object) -> Iterator[dict[str, Any]]:
    """What is stated of it, however deep."""
    if isinstance(part, dict):
        named = cast("dict[str, Any]", part)
        yield from ([named["tracing"]] if "tracing" in named else [])
        part = list(named.values())
    for each in cast("list[object]", part) if isinstance(part, list) else []:
        yield from _tracing(each)


def _both(found: list[Span]) -> list[Span]:
    """The proxy's own, and that of its request to the plugin."""
    return sorted(found, key=lambda span: bool(span.parent)) if len(found) == 2 else []
