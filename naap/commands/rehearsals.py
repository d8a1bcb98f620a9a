"""`naap up`, `preview`, `policy`, `status`, `shell`, `env`, `down`, `tools`: a stack on this machine, no cloud."""

import typer

from naap.commands.options import DEV, Json, Registry, Stack

app = typer.Typer()
PANEL = "Rehearse on this machine, under the real engine, with no cloud account"


@app.command(rich_help_panel=PANEL)
def up(stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """Bring the stack up and report."""
    from naap.rehearse import run

    run("up", stack, registry, as_json=json)


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
def shell(stack: Stack = DEV, registry: Registry = None) -> None:
    """A shell in which plain pulumi works on the rehearsal."""
    from naap.rehearse import run

    run("shell", stack, registry)


@app.command(rich_help_panel=PANEL)
def env(stack: Stack = DEV, registry: Registry = None) -> None:
    """The same for your own shell: eval "$(naap env)"."""
    from naap.rehearse import run

    run("env", stack, registry)


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
