"""The arithmetic of the autoscaler, in cases worked out by hand from the controller's rules."""

import pytest

from analysis.simulation.hpa import NOTHING, Load, Recent, desired_replicas
from planning.inputs.registry.pod_sections import Resources
from planning.plugin.autoscaling import AutoscalingPlan
from tests.plugin_plans import plugin_plans

REQUEST = Resources(cpu="250m", memory="256Mi")
IDLE_MIB = 205  # of 256: 80 %


def scaling(users: int = 120_000) -> AutoscalingPlan:
    backend = plugin_plans(users)["community"].backend
    assert backend
    return backend.autoscaling


def after(current: int, cpu_percent: float, *, queue: float = 0, recent: Recent = NOTHING, users: int = 120_000) -> int:
    load = Load(cpu_m=round(250 * current * cpu_percent / 100), memory_mib=current * 100, queue=queue)
    return desired_replicas(scaling(users), load, current=current, request=REQUEST, recent=recent)


@pytest.mark.parametrize(
    ("current", "cpu", "expected"),
    [
        (20, 70, 20),  # on target
        (20, 77, 20),  # within a tenth of it
        (20, 78, 23),  # 78/70 * 20 = 22.3
        (20, 140, 40),  # twice: as fast as it may
        (20, 350, 40),  # five times: still only doubled in a period
        (40, 140, 60),  # never above the maximum
        (30, 35, 28),  # half: but at most two pods a minute
        (21, 35, 20),  # never below the minimum
    ],
)
def test_cpu_decides(current: int, cpu: float, expected: int) -> None:
    assert after(current, cpu) == expected


def test_a_percentage_is_cut_to_a_whole_number_first() -> None:
    # 77.9 % counts as 77 %: within the tolerance of 70 %.
    assert after(20, 77.9) == 20


def test_the_largest_of_all_signals_wins() -> None:
    # CPU is content; 800 requests at 20 a pod want 40 pods.
    assert after(20, 70, queue=800) == 40


def test_the_queue_counts_only_from_fifty_thousand_users() -> None:
    assert after(2, 70, queue=800, users=10_000) == 2
    assert after(5, 70, queue=100_000, users=50_000) == 10


def test_memory_alone_can_add_pods() -> None:
    load = Load(cpu_m=0, memory_mib=20 * 250)
    assert desired_replicas(scaling(), load, current=20, request=REQUEST) == 25


def test_an_idle_service_at_its_memory_target_stays() -> None:
    load = Load(cpu_m=0, memory_mib=30 * IDLE_MIB)
    assert desired_replicas(scaling(), load, current=30, request=REQUEST) == 30


def test_small_plugins_may_add_four_pods_at_once() -> None:
    assert after(2, 700, users=10_000) == 3  # its maximum
    assert after(5, 700, users=50_000) == 10
    assert after(5, 126, users=50_000) == 9


def test_pods_added_in_the_same_period_count_against_its_speed() -> None:
    assert after(40, 700, recent=Recent(added=20)) == 40


def test_a_high_moment_in_the_last_five_minutes_keeps_the_pods() -> None:
    assert after(30, 35, recent=Recent(highest=30)) == 30
    assert after(30, 35, recent=Recent(highest=29)) == 29


def test_what_lies_outside_the_bounds_is_brought_inside_at_once() -> None:
    assert after(1, 70) == 20
    assert after(80, 70) == 60
