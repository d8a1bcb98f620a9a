"""Where the routes of an entry are found."""

import pytest

from planning.gateway.virtual_hosts import hosts_at, virtual_hosts
from tests.planning.samples import plugin
from tests.plugin_plans import real_registry, with_backend


def _hosts(**stated: object) -> tuple[str, ...]:
    backend = with_backend(plugin("any"), **stated).backend
    assert backend
    return virtual_hosts(backend)


def test_a_prefix_of_three_parts_has_a_virtual_host_of_its_own() -> None:
    assert _hosts(api_prefix="/api/v1/my-wallet") == ("my-wallet.v1.api",)
    assert _hosts(api_prefix="/api/v1/a", extra_prefixes=("/api/v2/a", "/api/v1/a")) == ("a.v1.api", "a.v2.api")


@pytest.mark.parametrize("prefix", ["/", "/api/v1", "/api/v1/a/b", "/api/v1/A", "/api/v1/a_b", "/api/v1/-a"])
def test_what_has_another_prefix_as_well_is_with_all_others(prefix: str) -> None:
    assert _hosts(api_prefix=prefix) == ("*",)
    assert _hosts(api_prefix="/api/v1/a", extra_prefixes=(prefix,)) == ("*",)


def test_below_a_catch_all_others_have_paths_and_more_prefixes_than_a_route_has_hosts_are_too_many() -> None:
    assert _hosts(api_prefix="/api/v1/a", catch_all=True) == ("*",)
    assert len(_hosts(extra_prefixes=tuple(f"/api/v1/a{number}" for number in range(15)))) == 16
    assert _hosts(extra_prefixes=tuple(f"/api/v1/a{number}" for number in range(16))) == ("*",)


def test_names_below_a_host_are_no_names_below_another() -> None:
    assert hosts_at(["*"], "naap.example") == ["*.path.naap.example"]
    assert hosts_at(["a.v1.api"], "pr-1.naap.example") == ["a.v1.api.path.pr-1.naap.example"]


def test_of_the_real_registry_only_the_platform_itself_is_with_all_others() -> None:
    found = {spec.name: virtual_hosts(spec.backend) for spec in real_registry().plugins if spec.backend}

    assert {name for name, hosts in found.items() if hosts == ("*",)} == {"base-svc", "web-next"}
