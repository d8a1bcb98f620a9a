"""`naap simulate`: a day of load through the plan."""

from pathlib import Path

from rich.console import Group
from rich.text import Text

from analysis.simulation.chart import chart
from analysis.simulation.run import Simulation, Track, simulate
from analysis.simulation.samples import STEP_SECONDS, sampled
from analysis.simulation.scenario import LAUNCH, REGION_LOST, ZONE_LOST, Span
from analysis.simulation.service import START_SECONDS
from console.files import write_text
from console.terminal import Answer, table
from naap.source import Source
from planning.platform import PlatformPlan
from planning.plugin.autoscaling import IDLE_MEMORY_PERCENT


def answer(source: Source, out: Path | None) -> Answer:
    """out: the day is drawn into this file. Raises InvalidInputError."""
    plan = source.plan()
    simulation = simulate(plan)
    samples = [sampled(track) for track in simulation.tracks]
    if out:
        write_text(out, chart(_title(plan), samples))
    events = {"launch": LAUNCH, "zone lost": ZONE_LOST, "region lost": REGION_LOST}
    data = {
        "users": plan.settings.users,
        "events": events,
        "recovered_after_seconds": simulation.recovered,
        "step_seconds": STEP_SECONDS,
        "tracks": samples,
    }
    return Answer(data=data, text=_text(plan, simulation, out))


def _title(plan: PlatformPlan) -> str:
    return f"A day of {plan.stack}: {plan.settings.users:,} users, tier {plan.tier.name.value}"


def _text(plan: PlatformPlan, simulation: Simulation, out: Path | None) -> Group:
    assumed = (
        f"assumed: a pod is ready {START_SECONDS} s after it is asked for, and idles at "
        f"{IDLE_MEMORY_PERCENT}% of its memory; requests and CPU as in naap cost"
    )
    rows = [("plugin", "region", "pods", "most/s", "queue", "busiest", "lost"), *map(_row, simulation.tracks)]
    return Group(
        Text(_title(plan), "bold"),
        f"launch {_clock(LAUNCH)} · a zone lost {_clock(ZONE_LOST)} · home region lost {_clock(REGION_LOST)} UTC",
        Text(assumed, "dim"),
        "",
        *(_recovery(event, seconds) for event, seconds in simulation.recovered.items()),
        "",
        table(rows, gives=(0,)),
        *(["", f"Chart: {out.name}"] if out else []),
    )


def _row(track: Track) -> tuple[str, ...]:
    moments = track.moments
    pods = [moment.wanted for moment in moments]
    asked = sum(moment.asked for moment in moments)
    lost = sum(moment.lost for moment in moments)
    return (
        track.plugin,
        track.region,
        f"{min(pods)}-{max(pods)}",
        f"{max(moment.asked for moment in moments):,.0f}",
        f"{max(moment.queue for moment in moments):,.0f}",
        f"{max(moment.saturation for moment in moments):.0%}",
        f"{lost / asked:.2%}" if asked else "-",
    )


def _recovery(event: str, seconds: int | None) -> Text:
    if seconds is None:
        return Text(f"{event}: not recovered while it lasts", "red")
    return Text(f"{event}: every plugin is well again after {seconds // 60} min {seconds % 60:02} s", "green")


def _clock(span: Span) -> str:
    return "-".join(f"{time // 3600:02}:{time % 3600 // 60:02}" for time in (span.begin, span.end))
