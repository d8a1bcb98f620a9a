"""Names within limits, address ranges that don't overlap, tags, labels and derived secrets."""

import ipaddress
import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.network.addresses import region_addresses
from planning.shared.derived_secrets import derive
from planning.shared.labels import labels, selector
from planning.shared.naming import MAX_PLUGIN_NAME, MAX_STACK_NAME, fit, namespace, regional, sql_name
from planning.shared.regions import REGIONS
from planning.shared.tags import Tags


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=120),
    st.integers(min_value=10, max_value=64),
)
def test_a_fitted_name_is_never_longer_than_its_limit(name: str, limit: int) -> None:
    assert len(fit(name, limit)) <= limit


def test_fitted_names_stay_distinct_and_stable() -> None:
    long = "a" * 80
    assert fit(long + "x", 63) != fit(long + "y", 63)
    assert fit(long, 63) == fit(long, 63)
    assert fit("short", 63) == "short"


def test_the_longest_names_leave_room() -> None:
    longest = "p" * MAX_PLUGIN_NAME
    assert len(namespace(longest)) <= 63
    assert len(f"{sql_name(longest)}_owner__archived") <= 63
    assert max(len(regional("s" * MAX_STACK_NAME, region)) for region in REGIONS) <= 35


def test_no_two_regions_overlap() -> None:
    networks = [ipaddress.ip_network(region_addresses(region).cidr) for region in REGIONS]
    assert not any(a.overlaps(b) for a, b in combinations(networks, 2))


@pytest.mark.parametrize("region", REGIONS)
def test_subnets_lie_in_their_region_and_apart(region: str) -> None:
    plan = region_addresses(region)
    whole = ipaddress.ip_network(plan.cidr)
    parts = [ipaddress.ip_network(cidr) for zone in plan.subnets for cidr in (zone.public, zone.private, zone.data)]
    assert len(parts) == 9
    assert all(part.subnet_of(whole) for part in parts)  # pyright: ignore[reportArgumentType]  # all are IPv4
    assert not any(a.overlaps(b) for a, b in combinations(parts, 2))


def test_pods_of_a_region_have_forty_nine_thousand_addresses() -> None:
    assert region_addresses("us-east-1").pod_capacity == 3 * (2**14 - 5)


def test_tags_say_project_environment_component_plugin_owner_and_cost_center() -> None:
    tags = Tags(environment="dev", owner="platform", cost_center="cc-1").of(
        "storage", plugin="my-wallet", name="assets"
    )
    assert tags == {
        "Project": "naap",
        "Environment": "dev",
        "Component": "storage",
        "Owner": "platform",
        "CostCenter": "cc-1",
        "ManagedBy": "pulumi",
        "Plugin": "my-wallet",
        "Name": "assets",
    }


def test_selectors_are_part_of_the_labels_and_leave_the_version_out() -> None:
    every = labels("plugin", "community", plugin="community", version="1.2.0")
    assert selector("plugin", "community").items() <= every.items()
    assert "app.kubernetes.io/version" not in selector("plugin", "community")


@pytest.mark.parametrize(
    ("version", "label"),
    [
        ("1.2.0-rc.1", "1.2.0-rc.1"),
        ("1.2.0+build.7", "1.2.0_build.7"),
        ("1.2.0-rc-", "1.2.0-rc"),
        ("1.2.0-" + "a" * 40 + "+" + "b" * 40, "1.2.0-" + "a" * 40 + "_" + "b" * 16),
    ],
)
def test_every_version_becomes_a_valid_label(version: str, label: str) -> None:
    found = labels("plugin", "community", version=version)["app.kubernetes.io/version"]
    assert found == label
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", found)


def test_derived_secrets_differ_by_owner_purpose_generation_and_root() -> None:
    root = "r" * 44
    found = {
        derive(root, owner="a", purpose="x"),
        derive(root, owner="b", purpose="x"),
        derive(root, owner="a", purpose="y"),
        derive(root, owner="a", purpose="x", generation=2),
        derive("q" * 44, owner="a", purpose="x"),
    }
    assert len(found) == 5
    assert all(len(secret) == 43 for secret in found)


def test_a_derived_secret_is_the_same_every_time() -> None:
    # Pinned: another derivation would rotate every password of every environment at once.
    assert derive("0" * 44, owner="my-wallet", purpose="database-app") == "ztFAfF_p5JcwvKbjR_nF7h--UUXqRguDPemwkTve5G8"
