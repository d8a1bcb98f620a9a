"""What browsers are told of pages: as little as what entries declare."""

from typing import Any

import pytest

from planning.edge.page_headers import MAX_CONTENT_SECURITY, PageHeadersPlan, plan_page_headers
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from tests.plugin_plans import entry, real_registry, registry_with, settings, without

NOBODY = Registry(file="registry.yaml", plugins=())
BUCKET = "naap-dev-use1-uploads-1a2b3c4.s3.us-east-1.amazonaws.com"


def plan(registry: Registry | None = None, *, regions: int = 1) -> PageHeadersPlan:
    found = real_registry() if registry is None else registry
    return plan_page_headers(registry=found, settings=settings(1_000), regions=regions)


def policy(registry: Registry | None = None) -> dict[str, list[str]]:
    parts = plan(registry).content_security([BUCKET]).split("; ")
    return {name: values for name, *values in (part.split() for part in parts)}


def declaring(name: str, **declared: Any) -> PluginSpec:
    spec = entry(name)
    assert spec.frontend
    return spec.model_copy(update={"frontend": spec.frontend.model_copy(update=declared)})


def test_where_no_entry_declares_anything_only_the_site_itself_is_there() -> None:
    found = policy(NOBODY)
    assert found["script-src"] == ["'self'"]
    assert found["connect-src"] == ["'self'", "wss://naap.example", f"https://{BUCKET}"]
    assert found["frame-src"] == found["default-src"] == ["'self'"]
    assert found["object-src"] == found["frame-ancestors"] == ["'none'"]
    assert "report-uri" not in found, "nobody would read it"
    assert set(plan(NOBODY).permissions.replace("()", "").split(", ")) == {
        *("camera=", "display-capture=", "geolocation=", "microphone=", "payment=", "usb=")
    }


def test_what_an_entry_declares_is_allowed_on_every_page_and_only_that() -> None:
    spec = declaring(
        "community",
        connect=("api.example.com", "wss://live.example.com"),
        frame=("*.frames.example",),
        style=("styles.example",),
        font=("fonts.example",),
        permissions=("geolocation",),
    )
    found, before = policy(registry_with(spec)), policy(registry_with(declaring("community", style=(), font=())))
    more = {name: set(values) - set(before[name]) for name, values in found.items()}
    assert {name: values for name, values in more.items() if values} == {
        "connect-src": {"https://api.example.com", "wss://live.example.com"},
        "frame-src": {"https://*.frames.example"},
        "style-src": {"https://styles.example"},
        "font-src": {"https://fonts.example"},
    }
    assert "geolocation=(self)" in plan(registry_with(spec)).permissions


def test_a_stopped_plugins_hosts_are_gone() -> None:
    stopped = declaring("daydream-video").model_copy(update={"lifecycle": Lifecycle.STOPPED})
    assert "https://lvpr.tv" in policy()["frame-src"]
    assert "https://lvpr.tv" not in policy(registry_with(stopped))["frame-src"]


def test_the_applications_pages_get_what_its_own_policies_give_them() -> None:
    # apps/web-next/src/middleware.ts:35-90 and next.config.js:133 of github.com/livepeer/naap at 2893ab65; its hosts of
    # Vercel and of this machine are left out.
    found = policy()
    assert {"'self'", "'unsafe-inline'", "'unsafe-eval'"} == set(found["script-src"])
    assert {"'self'", "'unsafe-inline'", "https://fonts.googleapis.com"} <= set(found["style-src"])
    assert {"'self'", "data:", "https://fonts.gstatic.com"} <= set(found["font-src"])
    assert {"'self'", "data:", "blob:", "https:"} <= set(found["img-src"])
    assert {"'self'", "https://lvpr.tv"} <= set(found["frame-src"])
    stated = {"camera=(self)", "microphone=(self)", "display-capture=(self)", "geolocation=()"}
    assert stated <= set(plan().permissions.split(", "))


def test_reports_go_where_base_svc_takes_them_without_a_session() -> None:
    assert policy()["report-uri"] == ["/api/v1/csp-report"]
    assert "report-uri" not in policy(without("base-svc"))


def test_no_host_is_named_twice() -> None:
    for name, values in policy().items():
        assert len(values) == len(set(values)), name


def test_a_policy_that_cloudfront_would_refuse_is_an_error_that_names_the_entry_and_the_fix() -> None:
    hosts = tuple(f"host-{number}.with-a-rather-long-name.example.com" for number in range(30))
    with pytest.raises(InvalidInputError) as refused:
        plan(registry_with(declaring("community", connect=hosts)))
    (problem,) = refused.value.problems
    assert problem.entry == "community"
    assert str(MAX_CONTENT_SECURITY) in problem.rule
    assert "*.example.com" in problem.fix


def test_the_longest_name_of_a_bucket_is_counted_before_anybody_knows_it() -> None:
    longest = "b" * 63 + ".s3.ap-southeast-1.amazonaws.com"
    for regions in (1, 2):
        hosts = tuple(f"h{number}.example" for number in range(30))
        found = plan(registry_with(declaring("community", connect=hosts)), regions=regions)
        assert len(found.content_security([longest] * regions)) <= MAX_CONTENT_SECURITY
