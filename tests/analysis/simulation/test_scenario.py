"""The curve of a day."""

import pytest

from analysis.simulation.scenario import DAY, HIGH, LAUNCH, demand
from analysis.simulation.service import SYNC_SECONDS

TIMES = range(0, DAY, SYNC_SECONDS)


def at(time: int, peak_factor: float = 10) -> float:
    return demand(time, mean=100, peak_factor=peak_factor)


def test_an_ordinary_day_has_its_mean_its_high_and_its_low() -> None:
    ordinary = [at(time, peak_factor=0) for time in TIMES]

    assert sum(ordinary) / len(ordinary) == pytest.approx(100)
    assert max(ordinary) == pytest.approx(at(HIGH)) == pytest.approx(170)
    assert min(ordinary) == pytest.approx(30)


def test_a_launch_reaches_the_peak_and_ends_where_the_day_goes_on() -> None:
    assert max(at(time) for time in TIMES) == pytest.approx(1_000)
    assert at(LAUNCH.begin) == pytest.approx(at(LAUNCH.begin, peak_factor=0))
    assert at(LAUNCH.end) == pytest.approx(at(LAUNCH.end, peak_factor=0))


def test_a_peak_below_the_ordinary_day_takes_nothing_away() -> None:
    assert all(at(time, peak_factor=1) >= at(time, peak_factor=0) for time in TIMES)
