"""A day of whole platforms."""

import itertools
from functools import cache

import pytest

from analysis.simulation.run import Simulation, Track, simulate
from analysis.simulation.scenario import REGION_LOST, VERDICT_SECONDS
from planning.inputs.registry.data_sections import Database
from planning.platform import PlatformPlan, plan_platform
from planning.plugin.autoscaling import AutoscalingPlan
from tests.planning.samples import plugin, registry, settings

USERS = (500, 1_000, 5_000, 10_000, 30_000, 50_000, 60_000, 100_000, 200_000)


@cache
def planned(users: int) -> PlatformPlan:
    """Two plugins that scale, one of them for a tenth of the users, and a singleton."""
    plugins = registry(
        plugin("base-svc", database=Database(schema_name="public", shard=0)),
        plugin("small", share=0.1),
        plugin("alone", share=0.05, singleton=True),
    )
    return plan_platform(stack="dev", settings=settings(users), registry=plugins, secret_names={})


@cache
def day(users: int) -> Simulation:
    return simulate(planned(users))


def track(users: int, name: str, region: str = "us-east-1") -> Track:
    return next(one for one in day(users).tracks if (one.plugin, one.region) == (name, region))


@pytest.mark.parametrize("users", USERS)
def test_every_moment_keeps_to_the_plan(users: int) -> None:
    for cell in planned(users).regions:
        for spec in cell.plugins:
            assert spec.pods
            moments = track(users, spec.name, cell.region).moments
            assert all(spec.pods.min <= moment.wanted <= spec.pods.max for moment in moments)


@pytest.mark.parametrize("users", USERS)
def test_no_moment_is_above_the_budgets_of_nodes_and_connections(users: int) -> None:
    for cell in planned(users).regions:
        backends = {one.name: one.backend for one in cell.plugins if one.backend}
        tracks = [track(users, name, cell.region) for name in backends]
        for moments in zip(*(one.moments for one in tracks), strict=True):
            cpu = sum(
                moment.ready * backend.spec.resources.cpu_request_m
                for moment, backend in zip(moments, backends.values(), strict=True)
            )
            assert cpu <= cell.cluster.node_pool.cpu_limit * 1000
        stored = next(one for one in cell.plugins if one.name == "base-svc").database
        assert stored
        assert max(moment.ready for moment in tracks[0].moments) * 10 <= stored.clients


def test_more_users_never_mean_less_of_anything() -> None:
    for fewer, more in itertools.pairwise(USERS):
        for name in ("base-svc", "small", "alone"):
            low, high = track(fewer, name).moments, track(more, name).moments
            assert max(one.asked for one in low) <= max(one.asked for one in high)
            assert max(one.wanted for one in low) <= max(one.wanted for one in high)
            assert min(one.wanted for one in low) <= min(one.wanted for one in high)
            assert sum(one.served for one in low) <= sum(one.served for one in high)


@pytest.mark.parametrize("users", USERS)
def test_the_loss_of_a_zone_ends_in_recovery(users: int) -> None:
    recovered = day(users).recovered["zone"]

    assert recovered is not None
    assert recovered <= 300


def test_a_second_region_takes_over_and_hands_back() -> None:
    home, second = track(100_000, "base-svc"), track(100_000, "base-svc", "us-west-2")
    steps = range(len(home.moments))
    lost = [step for step in steps if home.moments[step].asked and not home.moments[step].ready]
    taken = [step for step in steps if second.moments[step].asked]

    assert len(lost) * 15 < 2 * VERDICT_SECONDS + 120
    assert (taken[0] * 15, taken[-1] * 15) == (
        REGION_LOST.begin + VERDICT_SECONDS,
        REGION_LOST.end + VERDICT_SECONDS - 15,
    )
    assert max(second.moments[step].wanted for step in taken) > second.moments[0].wanted
    assert day(100_000).recovered["region"] is not None


def test_one_region_alone_answers_nothing_while_it_is_lost() -> None:
    moments = track(10_000, "base-svc").moments

    assert all(moment.served == 0 for moment in moments[REGION_LOST.begin // 15 : REGION_LOST.end // 15])
    assert moments[-1].ready == moments[-1].wanted


def test_a_plugin_that_others_have_no_need_of_is_not_slowed_by_them() -> None:
    scaling = planned(50_000).plugins[0].backend
    assert scaling
    assert isinstance(scaling.autoscaling, AutoscalingPlan)
    assert max(moment.saturation for moment in track(50_000, "small").moments) < 1


@pytest.mark.parametrize("users", [1_000, 10_000])
def test_a_small_platform_ends_its_day_with_as_few_pods_as_it_began_with(users: int) -> None:
    for cell in planned(users).regions:
        for spec in cell.plugins:
            assert spec.pods
            moments = track(users, spec.name, cell.region).moments
            assert moments[0].wanted == moments[-1].wanted == spec.pods.min
