"""Plans of plugins, from the real registry and from entries changed here."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from planning.inputs.registry.canary import Canary
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.registry.sections import Requests
from planning.inputs.tiers import PodRange
from planning.plugin.plugin import PluginPlan
from planning.plugin.process_environment import DATABASE_URL_UNPOOLED
from planning.plugin.workload import roll_out_seconds
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, real_registry, registry_with, with_backend

USERS = {"1k": 1_000, "10k": 10_000, "50k": 50_000, "100k": 120_000}


def test_a_plugin_without_a_backend_has_no_pods_and_no_route() -> None:
    plan = plugin_plans()["intelligent-dashboard"]
    assert (plan.backend, plan.pods, plan.routes, plan.serves) == (None, None, None, False)


@pytest.mark.parametrize("users", USERS.values(), ids=USERS)
def test_every_entry_of_the_registry_has_a_plan_at_every_tier(users: int) -> None:
    assert list(plugin_plans(users)) == [spec.name for spec in real_registry().plugins]


def test_a_stopped_plugin_keeps_its_namespace_and_has_room_for_no_pod() -> None:
    stopped = altered(entry("community"), lifecycle=Lifecycle.STOPPED)
    plan = plugin_plans(registry=registry_with(stopped))["community"]
    assert plan.backend
    assert plan.backend.workloads == ()
    assert plan.backend.quota.hard["pods"] == "0"
    assert plan.pods is None
    assert plan.database is not None


def test_a_draining_plugin_runs_like_an_active_one() -> None:
    draining = altered(entry("community"), lifecycle=Lifecycle.DRAINING)
    plans = plugin_plans(registry=registry_with(draining))
    assert plans["community"].backend
    assert plans["community"].backend.workloads == plugin_plans()["community"].backend.workloads  # pyright: ignore[reportOptionalMemberAccess]  # it has a backend


def test_the_second_region_waits_at_the_floor_and_can_take_the_whole_load() -> None:
    home, second = plugin_plans(120_000)["my-wallet"], plugin_plans(120_000, region="us-west-2")["my-wallet"]
    assert (str(home.pods), str(second.pods)) == ("20-60", "3-60")


def test_timed_work_runs_in_one_pod_of_the_home_region() -> None:
    home, second = plugin_plans(120_000)["my-wallet"], plugin_plans(120_000, region="us-west-2")["my-wallet"]
    assert home.backend
    assert second.backend
    serving, cron = home.backend.workloads
    assert home.backend.environment.plain["DISABLE_CRON"] == "true"
    assert (serving.without, cron.without) == ((), ("DISABLE_CRON",))
    assert (cron.replicas, cron.recreate) == (1, True)
    assert [workload.name for workload in second.backend.workloads] == ["my-wallet"]


def test_pods_of_timed_work_are_neither_served_from_nor_counted_by_the_autoscaler() -> None:
    backend = plugin_plans()["my-wallet"].backend
    assert backend
    serving, cron = backend.workloads
    assert any(cron.labels.get(key) != value for key, value in serving.selector.items())


def test_a_singleton_is_one_pod_that_ends_before_the_next_begins() -> None:
    backend = plugin_plans(120_000)["service-gateway"].backend
    assert backend
    (only,) = backend.workloads
    assert (only.replicas, only.recreate) == (None, True)
    assert (backend.autoscaling.pods.min, backend.autoscaling.pods.max) == (1, 1)


def test_an_autoscaled_plugin_states_no_replicas() -> None:
    backend = plugin_plans()["community"].backend
    assert backend
    assert backend.workloads[0].replicas is None


def test_the_quota_holds_every_pod_that_a_roll_out_at_the_maximum_makes() -> None:
    backend = plugin_plans(120_000)["my-wallet"].backend
    assert backend
    # 60 pods, a tenth more in a roll-out, one for timed work, two of Jobs.
    assert backend.quota.hard["pods"] == str(60 + 6 + 1 + 2)
    assert backend.quota.hard["requests.memory"] == backend.quota.hard["limits.memory"]


def test_core_services_push_out_plugins_when_a_cluster_is_full() -> None:
    plans = plugin_plans()
    classes = {name: plan.backend.workloads[0].priority_class for name, plan in plans.items() if plan.backend}
    assert {name for name, found in classes.items() if found == "naap-core"} == {
        "base-svc",
        "plugin-server",
        "web-next",
    }


def test_no_pod_gets_the_way_around_the_pooler() -> None:
    for plan in plugin_plans(120_000).values():
        if plan.backend:
            environment = plan.backend.environment
            assert DATABASE_URL_UNPOOLED not in {*environment.plain, *environment.secret_names}


def test_the_manifest_that_a_service_reads_is_its_own() -> None:
    backend = plugin_plans()["my-wallet"].backend
    assert backend
    assert json.loads(backend.manifest)["name"] == "my-wallet"


@pytest.mark.parametrize(("seconds", "grace"), [(5, 45), (30, 45), (119, 134)])
def test_a_pod_that_ends_has_time_for_the_longest_request(seconds: int, grace: int) -> None:
    spec = with_backend(entry("community"), requests=Requests(timeout_seconds=seconds))
    backend = plugin_plans(registry=registry_with(spec))["community"].backend
    assert backend
    assert {workload.grace_seconds for workload in backend.workloads} == {grace}


def test_adding_a_caller_changes_no_other_plan() -> None:
    before = plugin_plans()
    spec = with_backend(entry("community"), port=4990, api_prefix="/api/v1/new")
    caller = altered(spec, name="newcomer", database=None)
    after = plugin_plans(registry=registry_with(caller))
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"newcomer"}


def test_an_entry_that_moves_in_the_file_changes_no_plan() -> None:
    turned = Registry(file="registry.yaml", plugins=real_registry().plugins[::-1])
    assert dict(plugin_plans(registry=turned)) == dict(plugin_plans())


@pytest.mark.parametrize(("pods", "seconds"), [(1, 360), (2, 390), (3, 420), (10, 630), (20, 630), (50, 630)])
def test_an_update_may_take_as_long_as_its_steps_and_no_longer(pods: int, seconds: int) -> None:
    """A tenth at a time, at least one: ten slow starts of a minute fit, and a plugin that fails is told of by then."""
    backend = plugin_plans()["community"].spec.backend
    assert backend
    probes = backend.probes
    assert roll_out_seconds(probes, PodRange(min=1, max=pods)) == seconds
    assert roll_out_seconds(probes) == 360
    slow = probes.model_copy(update={"startup_seconds": probes.startup_seconds + 60})
    assert roll_out_seconds(slow, PodRange(min=1, max=pods)) == seconds + 60 * min(pods, 10)


def _tried(users: int = 120_000, **stated: Any) -> Mapping[str, PluginPlan]:
    canary = Canary(image="ghcr.io/naap/my-wallet:9.0.0", **stated)
    return plugin_plans(users, registry=registry_with(with_backend(entry("my-wallet"), canary=canary)))


def test_a_canary_is_the_same_pod_of_another_image_and_does_no_timed_work() -> None:
    backend = _tried(weight=5)["my-wallet"].backend
    assert backend
    stable, canary, _ = backend.workloads
    differing = {field.name for field in fields(stable) if getattr(stable, field.name) != getattr(canary, field.name)}

    assert differing == {"name", "kind", "image", "pods", "labels", "selector"}
    assert canary.without == ()
    assert any(canary.labels.get(key) != value for key, value in stable.selector.items())


def test_a_canary_has_pods_for_its_part_and_the_stable_version_keeps_its_own() -> None:
    backend = _tried(weight=5, steps=(5, 20))["my-wallet"].backend
    assert backend
    assert backend.canary_autoscaling
    assert (str(backend.autoscaling.pods), backend.autoscaling.shrinks) == ("20-60", False)
    assert (str(backend.canary_autoscaling.pods), backend.canary_autoscaling.shrinks) == ("1-12", True)
    assert plugin_plans(120_000)["my-wallet"].backend.autoscaling.shrinks  # pyright: ignore[reportOptionalMemberAccess]  # it has a backend


def test_connections_and_room_are_those_of_the_last_step_from_the_first_one_on() -> None:
    alone = plugin_plans(120_000)["my-wallet"]
    first, last = (_tried(weight=weight, steps=(5, 20))["my-wallet"] for weight in (5, 20))

    assert alone.database
    assert first.database == last.database
    assert first.database
    assert first.database.clients == alone.database.clients * (60 + 12 + 1) // (60 + 1)
    rooms = {plan.backend.quota.hard["pods"] for plan in (first, last) if plan.backend}
    assert len(rooms) == 1


def test_migrations_are_the_stable_versions() -> None:
    alone, tried = plugin_plans(120_000)["my-wallet"].database, _tried()["my-wallet"].database
    assert alone
    assert tried
    assert alone.migrate == tried.migrate
