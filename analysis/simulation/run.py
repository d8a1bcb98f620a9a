"""A day of a whole platform: its regions, their plugins, and what people ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.cost.load import region_load, request_parts
from analysis.simulation.scenario import DAY, REGION_LOST, VERDICT_SECONDS, ZONE_LOST, demand
from analysis.simulation.service import SYNC_SECONDS, Moment, Service
from planning.inputs.assumptions import SECONDS
from planning.platform import PlatformPlan
from planning.region import RegionPlan

ZONES = 3


@dataclass(frozen=True, kw_only=True)
class Track:
    """One plugin in one region over the day, a moment for each period of the autoscaler."""

    plugin: str
    region: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """recovered: by event, seconds until every plugin had its pods again and nothing waited; None: not by its end."""

    tracks: tuple[Track, ...]
    recovered: Mapping[str, int | None]


@dataclass(kw_only=True)
class _Cell:
    """A region at work. room_m: millicores of its nodes for plugins."""

    plan: RegionPlan
    crowds: Mapping[str, Service]
    room_m: float
    moments: dict[str, list[Moment]]

    def step(self, time: int, asked: Mapping[str, float], *, up: bool) -> None:
        room = self.room_m - sum(crowd.asks_m for crowd in self.crowds.values())
        for name, crowd in self.crowds.items():
            if up:
                room = crowd.fill(time, room)
            self.moments[name].append(crowd.step(time, asked.get(name, 0.0), scaled=up))


def simulate(plan: PlatformPlan) -> Simulation:
    """A day with a launch, the loss of a zone and the loss of the home region."""
    assumptions, users = plan.settings.assumptions, plan.settings.users
    parts = request_parts(plan.plugins)
    mean = users * assumptions.requests_per_user / SECONDS
    cells = [
        _cell(
            region,
            cpu_ms=assumptions.cpu_ms_per_request,
            system_m=region_load(
                region, tier=plan.tier, users=users, assumptions=assumptions, parts=parts
            ).system.cpu_m,
        )
        for region in plan.regions
    ]
    home = cells[0]
    for time in range(0, DAY, SYNC_SECONDS):
        _lose(home, time)
        rate = demand(time, mean=mean, peak_factor=assumptions.peak_factor)
        asked = {name: rate * part for name, part in parts.items()}
        serving = _serving(cells, time)
        for cell in cells:
            cell.step(time, asked if cell is serving else {}, up=not (cell is home and time in REGION_LOST))
    tracks = tuple(
        Track(plugin=name, region=cell.plan.region, moments=tuple(moments))
        for cell in cells
        for name, moments in cell.moments.items()
    )
    return Simulation(tracks=tracks, recovered=_recovered(tracks, several=len(cells) > 1))


def _cell(region: RegionPlan, *, cpu_ms: float, system_m: float) -> _Cell:
    """Core services get their room first, as their priority class says; the platform's own pods have theirs."""
    serving = [plugin for plugin in region.plugins if plugin.serves and plugin.backend]
    crowds = {
        plugin.name: Service(plan=plugin.backend, cpu_ms=cpu_ms)
        for plugin in sorted(serving, key=lambda plugin: not plugin.spec.core)
        if plugin.backend
    }
    beside_m = sum(
        workload.resources.cpu_request_m * workload.pods.min
        for crowd in crowds.values()
        for workload in crowd.plan.workloads[1:]
    )
    return _Cell(
        plan=region,
        crowds=crowds,
        room_m=region.cluster.node_pool.cpu_limit * 1000 - system_m - beside_m,
        moments={name: [] for name in crowds},
    )


def _lose(home: _Cell, time: int) -> None:
    part = 1 / ZONES if time == ZONE_LOST.begin else 1.0 if time in REGION_LOST else 0.0
    if part:
        for crowd in home.crowds.values():
            crowd.lose(part)


def _serving(cells: Sequence[_Cell], time: int) -> _Cell:
    """Who is asked: the home region, until the verdict that it is gone; and again once it is back."""
    away = len(cells) > 1 and REGION_LOST.begin + VERDICT_SECONDS <= time < REGION_LOST.end + VERDICT_SECONDS
    return cells[1] if away else cells[0]


def _recovered(tracks: Sequence[Track], *, several: bool) -> Mapping[str, int | None]:
    """With several regions, the loss of one is over once another serves; with one, once it is back."""
    region = REGION_LOST.begin if several else REGION_LOST.end
    begins = {"zone": (ZONE_LOST.begin, ZONE_LOST.end), "region": (region, DAY)}
    return {event: _well_after(tracks, begin, end) for event, (begin, end) in begins.items()}


def _well_after(tracks: Sequence[Track], begin: int, end: int) -> int | None:
    first = begin // SYNC_SECONDS + 1
    for step in range(first, end // SYNC_SECONDS):
        if all(_well(track.moments[step]) for track in tracks):
            return step * SYNC_SECONDS - begin
    return None


def _well(moment: Moment) -> bool:
    return moment.lost == 0 and (moment.asked == 0 or moment.ready >= moment.wanted)
