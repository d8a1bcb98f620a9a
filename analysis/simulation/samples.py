"""A day in steps of five minutes, each shown by its worst moment: what charts and programs read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.simulation.run import Track
from analysis.simulation.service import SYNC_SECONDS, Moment

STEP_SECONDS = 300
_MOMENTS = STEP_SECONDS // SYNC_SECONDS


@dataclass(frozen=True, kw_only=True)
class Samples:
    """One value for each step: the fewest ready pods, and the most of all else."""

    plugin: str
    region: str
    asked: tuple[float, ...]
    wanted: tuple[int, ...]
    ready: tuple[int, ...]
    queue: tuple[float, ...]
    saturation: tuple[float, ...]
    lost: tuple[float, ...]


def sampled(track: Track) -> Samples:
    """The track's samples, rounded as far as anybody would read them."""
    steps = list(_steps(track.moments))
    return Samples(
        plugin=track.plugin,
        region=track.region,
        asked=tuple(round(max(one.asked for one in step), 1) for step in steps),
        wanted=tuple(max(one.wanted for one in step) for step in steps),
        ready=tuple(min(one.ready for one in step) for step in steps),
        queue=tuple(round(max(one.queue for one in step), 1) for step in steps),
        saturation=tuple(round(max(one.saturation for one in step), 3) for step in steps),
        lost=tuple(round(max(one.lost for one in step), 1) for step in steps),
    )


def _steps(moments: Sequence[Moment]) -> Iterator[Sequence[Moment]]:
    for begin in range(0, len(moments), _MOMENTS):
        yield moments[begin : begin + _MOMENTS]
