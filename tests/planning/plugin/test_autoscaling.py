"""What the number of a plugin's pods follows."""

import pytest

from analysis.simulation.hpa import Load, recommendation
from planning.inputs.registry.pod_sections import Resources
from planning.inputs.tiers import PodRange
from planning.plugin.autoscaling import IDLE_MEMORY_PERCENT, MEMORY_PERCENT, AutoscalingPlan, memory_lets_go
from tests.plugin_plans import plugin_plans

POD = Resources(cpu="250m", memory="100Mi")


@pytest.mark.parametrize("low", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("more", [0, 1, 2, 5, 30, 100])
def test_memory_counts_exactly_where_the_controller_would_give_idle_pods_back(low: int, more: int) -> None:
    pods = PodRange(min=low, max=low + more)
    plan = AutoscalingPlan(pods=pods, memory_percent=MEMORY_PERCENT)
    number = pods.max
    for _ in range(200):
        idle = Load(cpu_m=0, memory_mib=number * POD.memory_mib * IDLE_MEMORY_PERCENT // 100)
        number = max(pods.min, recommendation(plan, idle, current=number, request=POD))

    assert memory_lets_go(pods) == (number == pods.min)


@pytest.mark.parametrize(("users", "percent"), [(1_000, None), (10_000, None), (50_000, 80), (100_000, 80)])
def test_small_tiers_scale_by_cpu_alone(users: int, percent: int | None) -> None:
    backend = plugin_plans(users)["my-wallet"].backend
    assert backend
    assert backend.autoscaling
    assert backend.autoscaling.memory_percent == percent
