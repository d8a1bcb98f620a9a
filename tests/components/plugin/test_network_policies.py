"""For every pair of pods of the real registry: they may talk if, and only if, the registry says so."""

from collections.abc import Mapping
from functools import cache

import pytest

from planning.database.pooler import fragment_policy
from planning.gateway.internal_listener import CONTAINER_PORT, through_gateway
from planning.inputs.registry.canary import Canary
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.pod_sections import Network
from planning.network.network_policy import PodPeer, PolicyPlan
from planning.plugin.plugin import PluginPlan
from plugins.registry.registry_file import json_schema
from tests.components.plugins import build_plugins
from tests.components.recording import of_type
from tests.network_policies import Object, Outside, Pod, allowed
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, real_registry, registry_with, with_backend

GATEWAY = Pod(namespace="naap-gateway", labels={"app.kubernetes.io/name": "envoy"})
PROXY = Pod(namespace="naap-gateway", labels={"app.kubernetes.io/component": "proxy"})
STRANGER = Pod(namespace="default", labels={"naap.io/plugin": "my-wallet"})
METADATA = Outside(ip="169.254.169.254")
AGENT = Outside(ip="169.254.170.23")
DNS = Outside(ip="172.20.0.10")
CACHE = Outside(ip="10.64.208.7")
DATABASE = Outside(ip="10.64.209.9")
S3 = Outside(ip="52.216.8.1")
INTERNET = Outside(ip="93.184.215.14")
NAMES = [spec.name for spec in real_registry().plugins if spec.backend]


@cache
def policies(users: int = 5_000) -> list[Object]:
    return policies_of(plugin_plans(users))


def policies_of(plans: Mapping[str, PluginPlan]) -> list[Object]:
    kind = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    return [record.inputs for record in of_type(build_plugins(plans), kind)]


def pods(name: str, plans: Mapping[str, PluginPlan] | None = None) -> list[Pod]:
    plan = (plans or plugin_plans())[name]
    assert plan.backend
    return [Pod(namespace=plan.namespace, labels=workload.labels) for workload in plan.backend.workloads]


def port(name: str) -> int:
    backend = entry(name).backend
    assert backend
    return backend.port


@pytest.mark.parametrize("caller", NAMES)
def test_a_plugin_reaches_those_that_it_calls_and_no_other(caller: str) -> None:
    backend = entry(caller).backend
    assert backend
    for callee in NAMES:
        for source in pods(caller):
            serving, *others = pods(callee)
            itself = callee in backend.network.calls and not through_gateway(entry(caller), entry(callee))
            assert allowed(policies(), source, serving, port(callee)) == itself, callee
            assert not allowed(policies(), source, serving, port(callee) + 1)
            assert not any(allowed(policies(), source, other, port(callee)) for other in others)


@pytest.mark.parametrize("caller", NAMES)
def test_a_plugin_that_calls_a_core_service_reaches_the_gateway_s_internal_listener_and_nothing_else_of_it(
    caller: str,
) -> None:
    spec = entry(caller)
    assert spec.backend
    needed = any(through_gateway(spec, entry(callee)) for callee in spec.backend.network.calls)
    for number, may in ((CONTAINER_PORT, needed), (10443, False), (19000, False), (19001, False)):
        assert allowed(policies(), pods(caller)[0], PROXY, number) is may
    assert not allowed(policies(), pods(caller)[0], GATEWAY, CONTAINER_PORT)


def test_a_plugin_can_t_tell_base_svc_itself_who_its_user_is() -> None:
    """From its pods base-svc would take any x-user-id for the user's (services/base-svc/src/utils/getUserId.ts:17)."""
    plugins = [spec for spec in real_registry().plugins if not spec.core]
    callers = [spec.name for spec in plugins if spec.backend and "base-svc" in spec.backend.network.calls]
    assert callers
    for name in callers:
        assert not any(allowed(policies(), source, pods("base-svc")[0], port("base-svc")) for source in pods(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_gateway_reaches_the_port_that_serves_and_nothing_else(name: str) -> None:
    serving, *others = pods(name)
    assert allowed(policies(), GATEWAY, serving, port(name))
    assert not allowed(policies(), GATEWAY, serving, 9229)
    assert not any(allowed(policies(), GATEWAY, other, port(name)) for other in others)


@pytest.mark.parametrize("name", NAMES)
def test_a_pod_elsewhere_that_wears_a_plugins_label_reaches_nobody(name: str) -> None:
    assert not allowed(policies(), STRANGER, pods(name)[0], port(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_pod_without_labels_in_a_plugins_namespace_is_shut_in(name: str) -> None:
    bare = Pod(namespace=f"plugin-{name}")
    for target in (DNS, CACHE, INTERNET, METADATA, pods(name)[0]):
        assert not allowed(policies(), bare, target, 443)
    assert not allowed(policies(), GATEWAY, bare, port(name))


@pytest.mark.parametrize("name", NAMES)
def test_outside_a_plugin_reaches_what_its_entry_has(name: str) -> None:
    spec, source = entry(name), pods(name)[0]
    assert spec.backend
    assert allowed(policies(), source, DNS, 53, "UDP")
    assert allowed(policies(), source, AGENT, 80)
    assert allowed(policies(), source, CACHE, 6379) == (spec.cache is not None)
    assert allowed(policies(), source, INTERNET, 443) == bool(spec.backend.network.egress)
    assert not allowed(policies(), source, INTERNET, 80)
    for target, number in ((METADATA, 80), (DATABASE, 5432), (Outside(ip="10.64.0.9"), 443)):
        assert not allowed(policies(), source, target, number)


@pytest.mark.parametrize("name", NAMES)
def test_a_plugin_reaches_the_poolers_of_its_own_shard_only(name: str) -> None:
    plans = plugin_plans(120_000)
    found = policies(120_000)
    database = plans[name].database
    for shard in range(4):
        pooler = Pod(
            namespace="naap-pooler",
            labels={"app.kubernetes.io/name": f"pooler-{shard}", "naap.io/component": "pooler"},
        )
        mine = database is not None and database.shard == shard
        assert allowed(found, pods(name, plans)[0], pooler, 6432) == mine
        assert not allowed(found, pods(name, plans)[0], pooler, 5432)


def test_the_poolers_door_for_a_plugin_is_for_its_namespace() -> None:
    database = plugin_plans()["my-wallet"].database
    assert database
    entry: PolicyPlan = fragment_policy(database, database.shard)
    assert entry.ingress
    assert entry.ingress[0].peers == (PodPeer(namespace="plugin-my-wallet"),)


def test_a_listed_network_is_open_on_its_port_and_never_onto_metadata() -> None:
    listed = with_backend(
        entry("community"), network=Network(egress=["203.0.113.0/24:5432", "0.0.0.0/0:8443", "api.example.com:443"])
    )
    plans = plugin_plans(registry=registry_with(listed))
    found, source = policies_of(plans), pods("community", plans)[0]
    assert allowed(found, source, Outside(ip="203.0.113.7"), 5432)
    assert not allowed(found, source, Outside(ip="203.0.114.7"), 5432)
    assert allowed(found, source, INTERNET, 8443)
    for target in (METADATA, DATABASE, Outside(ip="172.20.0.1"), Outside(ip="192.168.1.1")):
        assert not allowed(found, source, target, 8443)
        assert not allowed(found, source, target, 443)


def test_a_plugin_reaches_its_uploads_once_it_lists_s3_and_its_editor_says_so() -> None:
    listed = with_backend(entry("community"), network=Network(egress=["s3.us-east-1.amazonaws.com:443"]))
    plans = plugin_plans(registry=registry_with(listed))
    assert not allowed(policies(), pods("community")[0], S3, 443)
    assert allowed(policies_of(plans), pods("community", plans)[0], S3, 443)
    assert "a plugin that uses its uploads lists s3.<region>.amazonaws.com" in str(json_schema())


def test_a_new_caller_opens_its_door_without_touching_the_callee() -> None:
    caller = altered(
        with_backend(entry("community"), network=Network(calls=["my-wallet"]), port=4990, api_prefix="/api/v1/new"),
        name="newcomer",
        database=None,
    )
    plans = plugin_plans(registry=registry_with(caller))
    before, after = build_plugins(plugin_plans()), build_plugins(plans)
    old = {record.urn: record.inputs for record in before}
    new = {record.urn: record.inputs for record in after}
    assert {urn: new[urn] for urn in old} == old
    assert all("newcomer" in urn for urn in set(new) - set(old))
    found = policies_of(plans)
    assert allowed(found, pods("newcomer", plans)[0], pods("my-wallet", plans)[0], port("my-wallet"))


def test_two_plugins_may_call_each_other() -> None:
    one = with_backend(entry("community"), network=Network(calls=["my-wallet"]))
    other = with_backend(entry("my-wallet"), network=Network(calls=["community"]))
    plans = plugin_plans(registry=registry_with(one, other))
    found = policies_of(plans)
    assert allowed(found, pods("community", plans)[0], pods("my-wallet", plans)[0], port("my-wallet"))
    assert allowed(found, pods("my-wallet", plans)[0], pods("community", plans)[0], port("community"))


def test_a_stopped_caller_has_no_doors() -> None:
    stopped = altered(entry("community"), lifecycle=Lifecycle.STOPPED)
    plans = plugin_plans(registry=registry_with(stopped))
    policies = [policy for policy in policies_of(plans) if policy["metadata"]["name"] == "from-plugin-community"]
    assert not [one for one in policies if one["metadata"]["namespace"].startswith("plugin-")]


def test_a_canary_is_reached_by_the_gateway_alone_and_reaches_what_the_plugin_does() -> None:
    spec = with_backend(entry("my-wallet"), canary=Canary(image="ghcr.io/naap/my-wallet:9.0.0"))
    plans = plugin_plans(registry=registry_with(spec))
    found = policies_of(plans)
    stable, canary, *_ = pods("my-wallet", plans)

    assert allowed(found, GATEWAY, canary, port("my-wallet"))
    assert not any(allowed(found, source, canary, port("my-wallet")) for name in NAMES for source in pods(name, plans))
    for target in (DNS, CACHE, AGENT, METADATA, INTERNET):
        for number in (53, 443, 6379, 80):
            assert allowed(found, canary, target, number) == allowed(found, stable, target, number)
