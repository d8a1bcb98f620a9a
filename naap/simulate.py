"""`python -m naap simulate`: a day of load through the plan."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from analysis.simulation.chart import chart
from analysis.simulation.run import Simulation, Track, simulate
from analysis.simulation.samples import STEP_SECONDS, sampled
from analysis.simulation.scenario import LAUNCH, REGION_LOST, ZONE_LOST, Span
from analysis.simulation.service import START_SECONDS
from console.files import write_text
from console.style import Style
from console.text import table
from naap.command import Answer, Command, Source, stack_arguments
from planning.platform import PlatformPlan
from planning.plugin.autoscaling import IDLE_MEMORY_PERCENT


def _arguments(parser: ArgumentParser) -> None:
    stack_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE.svg", help="also writes the day as a chart (SVG)")


def _run(options: Namespace, source: Source) -> Answer:
    plan = source.plan(options.stack, users=options.users)
    simulation = simulate(plan)
    samples = [sampled(track) for track in simulation.tracks]
    if options.out:
        write_text(options.out, chart(_title(plan), samples))
    events = {"launch": LAUNCH, "zone lost": ZONE_LOST, "region lost": REGION_LOST}
    data = {
        "users": plan.settings.users,
        "events": events,
        "recovered_after_seconds": simulation.recovered,
        "step_seconds": STEP_SECONDS,
        "tracks": samples,
    }
    return Answer(data=data, text=lambda style: _text(plan, simulation, options.out, style))


def _title(plan: PlatformPlan) -> str:
    return f"A day of {plan.stack}: {plan.settings.users:,} users, tier {plan.tier.name.value}"


def _text(plan: PlatformPlan, simulation: Simulation, out: Path | None, style: Style) -> str:
    lines = [
        style.strong(_title(plan)),
        f"launch {_clock(LAUNCH)} · a zone lost {_clock(ZONE_LOST)} · home region lost {_clock(REGION_LOST)} UTC",
        style.faint(f"assumed: a pod is ready {START_SECONDS} s after it is asked for, and idles at"),
        style.faint(f"{IDLE_MEMORY_PERCENT}% of its memory; requests and CPU as in python -m naap cost"),
        "",
        *(_recovery(event, seconds, style) for event, seconds in simulation.recovered.items()),
        "",
    ]
    head, *rows = table(
        [("plugin", "region", "pods", "most/s", "queue", "busiest", "lost"), *map(_row, simulation.tracks)]
    )
    lines += [style.strong(head), *rows]
    return "\n".join([*lines, *(["", f"Chart: {out.name}"] if out else [])])


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


def _recovery(event: str, seconds: int | None, style: Style) -> str:
    if seconds is None:
        return style.bad(f"{event}: not recovered while it lasts")
    return style.good(f"{event}: every plugin is well again after {seconds // 60} min {seconds % 60:02} s")


def _clock(span: Span) -> str:
    return "-".join(f"{time // 3600:02}:{time % 3600 // 60:02}" for time in (span.begin, span.end))


COMMAND = Command(
    name="simulate",
    help="a day of load: pods, queues and saturation of every plugin",
    arguments=_arguments,
    run=_run,
)
