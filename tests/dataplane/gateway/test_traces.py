"""Traces: where they begin, which requests have one, and what of it reaches a plugin."""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from planning.gateway.gateway import TRACE_TAGS
from planning.inputs.tiers import Tier
from planning.observability.collector import MAY_HOLD_SECRETS
from planning.shared.ports import OTLP_GRPC_PORT
from rehearsal.control_plane.kube_api import Object
from rehearsal.live.network.switchboard import Network, forward
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.cluster import SERVERS
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
    found = Spans()
    here = Network(os.open("/proc/self/ns/net", os.O_RDONLY))
    forward(rig.cluster.network(), (SERVERS, OTLP_GRPC_PORT), here, ("127.0.0.1", found.port))
    yield found
    found.stop()


def test_a_client_passes_no_trace_of_its_own_to_a_plugin(rig: Rig) -> None:
    seen = rig.get(PATH, user="alice", headers=THEIRS).json["headers"]
    assert not seen.keys() & THEIRS.keys()


def test_a_trace_leads_from_the_cdns_request_to_the_plugin(rig: Rig, spans: Spans) -> None:
    with _traced(rig, spans, 100):
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
    with _traced(rig, spans, PERCENT), closing(rig.client.connect(rig.addresses[0])) as connection:
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
def _traced(rig: Rig, spans: Spans, percent: int) -> Generator[None]:
    """With what the largest tier has for it, for a while. Spans are lost until a proxy has found the collector."""
    largest = replace(rig.tier, tracing=True, traced_percent=percent)
    before, after = (_objects(rig, tier) for tier in (rig.tier, largest))
    try:
        _begin(rig, spans, percent, before, after)
        yield
    finally:
        rig.cluster.objects.apply(before)
        wait_for("no Envoy to trace", lambda: _all_sample(rig, None))
        rig.cluster.objects.delete([each for each in after if each["kind"] == "Backend"])


def _begin(rig: Rig, spans: Spans, percent: int, before: list[Object], after: list[Object]) -> None:
    """A controller that reads the proxies' object before the Backend that it names refuses it, and looks again with the
    next change only (seen on a busy machine)."""
    known = len(spans.found)

    def traces() -> bool:
        return _all_sample(rig, percent) and rig.get(PATH, user="ann").status > 0 and len(spans.found) > known

    for last in (False, True):
        rig.cluster.objects.apply(after)
        try:
            wait_for("all Envoys to trace", traces, every=1)
            rig.settled()
        except AssertionError:
            if last:
                raise
            rig.cluster.objects.apply(before)
        else:
            return


def _objects(rig: Rig, tier: Tier) -> list[Object]:
    _, found = documents.gateway(rig.settings, tier, rig.parts, SERVED)
    return [each for each in found if each["kind"] == "EnvoyProxy" or each["metadata"]["name"] == "traces"]


def _all_sample(rig: Rig, percent: float | None) -> bool:
    found = {pod: _sampling(rig, pod) for pod in rig.envoys}
    assert set(found.values()) == {percent}, found
    return True


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
