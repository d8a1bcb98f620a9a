"""`naap up`, `live`, `preview`, `status`, `down`, `tools` and others: a stack on this machine, no cloud."""

from typing import Annotated

import typer

from naap.commands.options import DEV, Json, Registry, Stack

app = typer.Typer()
PANEL = "Rehearse on this machine, under the real engine, with no cloud account"


AtEnd = Annotated[
    bool,
    typer.Option(
        "--state-at-end",
        help="Write the state once, as a first run does: a large change takes a third of the time. After one that was "
        "killed (not: stopped or failed) repeat the same, or begin anew with `naap down`.",
    ),
]


@app.command(rich_help_panel=PANEL)
def up(*, stack: Stack = DEV, registry: Registry = None, state_at_end: AtEnd = False, json: Json = False) -> None:
    """Bring the stack up and report."""
    from naap.rehearse import run

    run("up", stack, registry, as_json=json, at_end=state_at_end)


Images = Annotated[
    list[str] | None,
    typer.Option(
        "--image",
        metavar="NAME=ARCHIVE",
        help="Run an image of yours, until it is taken down: an OCI archive, what docker save writes, "
        "or the name of one that Docker has.",
    ),
]


Watched = Annotated[
    str | None,
    typer.Option(
        "--watch",
        metavar="[NAME=]FOLDER",
        help="Then, until Ctrl-C, put what changes in a plugin's folder into its pods and into the page.",
    ),
]


@app.command(rich_help_panel=PANEL)
def live(
    *,
    stack: Stack = DEV,
    registry: Registry = None,
    image: Images = None,
    watch: Watched = None,
    json: Json = False,
) -> None:
    """Bring the stack up with real nodes, on which pods run, and report (Linux, root)."""
    from naap.rehearse import run

    run("live", stack, registry, as_json=json, images=image or (), watched=watch)


@app.command("open", rich_help_panel=PANEL)
def open_site(stack: Stack = DEV, json: Json = False) -> None:
    """Open the site of a live rehearsal in a browser."""
    from naap.rehearse import run

    run("open", stack, as_json=json)


@app.command(rich_help_panel=PANEL)
def preview(stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """What up would change; needs no control plane."""
    from naap.rehearse import run

    run("preview", stack, registry, as_json=json)


@app.command(rich_help_panel=PANEL)
def policy(stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """What the policy pack says of it."""
    from naap.rehearse import run

    run("policy", stack, registry, as_json=json)


@app.command(rich_help_panel=PANEL)
def status(stack: Stack = DEV, json: Json = False) -> None:
    """What runs, and the last report."""
    from naap.rehearse import run

    run("status", stack, as_json=json)


@app.command(rich_help_panel=PANEL)
def shell(
    *,
    stack: Stack = DEV,
    registry: Registry = None,
    lines: Annotated[
        bool, typer.Option("--print", help='Lines for your own shell instead: eval "$(naap shell --print)".')
    ] = False,
) -> None:
    """A shell in which plain pulumi works on the rehearsal."""
    from naap.rehearse import run

    run("shell_lines" if lines else "shell", stack, registry)


@app.command(rich_help_panel=PANEL)
def down(stack: Stack = DEV, json: Json = False) -> None:
    """Destroy the stack, stop every process, remove its state."""
    from naap.rehearse import run

    run("down", stack, as_json=json)


@app.command(rich_help_panel=PANEL)
def tools(json: Json = False) -> None:
    """Get every tool now: found, downloaded or built."""
    from naap.rehearse import run

    run("tools", as_json=json)
