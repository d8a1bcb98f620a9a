"""`naap plan`, `doctor`, `drift`, `cost`, `change`, ...: what a stack is, and would be, without an engine."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from naap.commands.options import DEV, Json, Registry, Stack, Users

app = typer.Typer()
PANEL = "Look at a plan"


@app.command(rich_help_panel=PANEL)
def plan(stack: Stack = DEV, users: Users = None, registry: Registry = None, json: Json = False) -> None:
    """The whole plan of a stack."""
    from console.terminal import tell
    from naap.plan import answer
    from naap.source import Source

    tell(answer(Source(stack=stack, users=users, registry=registry)), as_json=json)


@app.command(rich_help_panel=PANEL)
def doctor(stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """What would stop an up, or hurt after it, before anything is made. Exit code 1 where something stops."""
    from console.terminal import tell
    from naap.doctor import answer, examined, stops
    from naap.source import Source

    findings = examined(Source(stack=stack, registry=registry))
    tell(answer(findings), as_json=json)
    raise typer.Exit(stops(findings))


@app.command(rich_help_panel=PANEL)
def drift(
    file: Annotated[Path, typer.Argument(metavar="STATE.json", help="Of pulumi stack export.", show_default=False)],
    preview: Annotated[
        Path | None,
        typer.Option("--preview", metavar="FILE", help="Of pulumi preview --refresh --json: what differs in AWS, too."),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Remove what was added in the clusters, which no update sees.")
    ] = False,
    json: Json = False,
) -> None:
    """What somebody changed by hand, whose it is, and what puts it back. Exit code 1 where something differs."""
    from console.terminal import tell
    from naap.drift import answer, compared, undone
    from planning.inputs.problem import InvalidInputError

    found = compared(file, preview)
    if undo:
        found = undone(found, file)
    tell(answer(found, file), as_json=json)
    if found.unread:
        raise InvalidInputError(found.unread)
    raise typer.Exit(found.differs)


@app.command(rich_help_panel=PANEL)
def cost(
    *,
    stack: Stack = DEV,
    users: Users = None,
    registry: Registry = None,
    tiers: Annotated[bool, typer.Option("--tiers", help="The four tiers side by side, at their most users.")] = False,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume", metavar="NAME=NUMBER", help="An assumption instead of the stack's; may be given several times."
        ),
    ] = None,
    actual: Annotated[
        list[Path] | None,
        typer.Option(
            "--actual",
            metavar="FILE",
            help="A report of AWS (CUR), as CSV or .csv.gz: what was measured beside what is planned; again for its "
            "other parts.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """What a stack costs a month, and of whom."""
    from console.terminal import tell
    from naap.cost import answer, stated_assumptions
    from naap.source import Source

    source = Source(stack=stack, users=users, registry=registry)
    if actual:
        from naap.measured.actual_cost import answer as compared

        settings, _ = source.inputs()
        tell(compared(source, actual, stated_assumptions(settings, assume or ())), as_json=json)
    else:
        tell(answer(source, tiers=tiers, assume=assume or ()), as_json=json)


@app.command(rich_help_panel=PANEL)
def change(
    *,
    stack: Stack = DEV,
    users: Users = None,
    registry: Registry = None,
    held: Annotated[
        Path | None,
        typer.Option(
            "--held",
            metavar="FILE",
            help="What the stack holds: pulumi stack output held --json > FILE. Without it, what its configuration "
            "makes.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """What other users or another registry would change, the most dangerous first."""
    from console.terminal import tell
    from naap.change import answer
    from naap.source import Source

    tell(answer(Source(stack=stack, users=users, registry=registry), held), as_json=json)


@app.command(rich_help_panel=PANEL)
def capacity(
    stack: Stack = DEV,
    users: Users = None,
    plugins: Annotated[
        int | None,
        typer.Option("--plugins", metavar="N", help="So many plugins, the others made up.", min=1, max=5_000),
    ] = None,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """What a number of users needs, which limits it passes, and which one comes next."""
    from console.terminal import tell
    from naap.capacity import answer
    from naap.source import Source

    tell(answer(Source(stack=stack, users=users, registry=registry), plugins), as_json=json)


@app.command(rich_help_panel=PANEL)
def quotas(stack: Stack = DEV, users: Users = None, registry: Registry = None, json: Json = False) -> None:
    """AWS quotas that a number of users needs, the fullest first."""
    from console.terminal import tell
    from naap.service_quotas import answer
    from naap.source import Source

    tell(answer(Source(stack=stack, users=users, registry=registry)), as_json=json)


@app.command(rich_help_panel=PANEL)
def support(
    day: Annotated[
        datetime | None,
        typer.Option("--day", metavar="DAY", formats=["%Y-%m-%d"], help="As of this day (2027-01-31); default: today."),
    ] = None,
    fail_within: Annotated[
        int | None,
        typer.Option(
            "--fail-within", metavar="DAYS", help="Exit code 2 where support has ended or ends within so many days."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """When the support of what is pinned ends, the earliest first."""
    from console.terminal import tell
    from naap.support import answer, today

    tell(answer(day.date() if day else today(), fail_within), as_json=json)


@app.command(rich_help_panel=PANEL)
def simulate(
    *,
    stack: Stack = DEV,
    users: Users = None,
    registry: Registry = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.svg", help="Also draw the day, into this file.")
    ] = None,
    json: Json = False,
) -> None:
    """A day of load: pods, queues and saturation of every plugin."""
    from console.terminal import tell
    from naap.simulate import answer
    from naap.source import Source

    tell(answer(Source(stack=stack, users=users, registry=registry), out), as_json=json)


@app.command(rich_help_panel=PANEL)
def diagram(
    *,
    stack: Stack = DEV,
    users: Users = None,
    registry: Registry = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.svg", help="Draw it into this file, instead of printing it.")
    ] = None,
    json: Json = False,
) -> None:
    """The architecture: regions, networks, components, plugins, who calls whom."""
    from console.terminal import tell
    from naap.diagram import answer
    from naap.source import Source

    tell(answer(Source(stack=stack, users=users, registry=registry), out), as_json=json)
