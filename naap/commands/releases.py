"""`naap plugin ...`: what of a plugin runs: another version for some requests, for all, or the one before."""

from typing import Annotated

import typer

from naap.commands.options import DEV, Entry, Json, Registry, Stack, registry_file

app = typer.Typer()
YES = typer.Option("--yes", "-y", help="Without asking: for CI.")
REAL = typer.Option(
    "--real/--rehearsal",
    help="The stack of the account you are logged into, or its rehearsal. Default: the rehearsal where there is one.",
    show_default=False,
)


@app.command()
def canary(
    *,
    name: Entry,
    image: Annotated[
        str | None, typer.Option("--image", metavar="IMAGE", help="What is tried, with tag and digest.")
    ] = None,
    weight: Annotated[
        int | None, typer.Option("--weight", metavar="PERCENT", help="Its part of the requests; it begins with 0.")
    ] = None,
    sticky: Annotated[
        bool | None, typer.Option("--sticky/--no-sticky", help="Whether who is signed in stays with one version.")
    ] = None,
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Try another image on a part of a plugin's requests: begin with none, then change the part."""
    from console.terminal import tell
    from plugins.commands.canary import canary as run

    tell(run(registry_file(stack, registry), name, image=image, weight=weight, sticky=sticky), as_json=json)


@app.command()
def promote(name: Entry, stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """Make the canary's image the plugin's."""
    from console.terminal import tell
    from plugins.commands.canary import promote as run

    tell(run(registry_file(stack, registry), name), as_json=json)


@app.command()
def abort(name: Entry, stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """Give a plugin's canary up."""
    from console.terminal import tell
    from plugins.commands.canary import abort as run

    tell(run(registry_file(stack, registry), name), as_json=json)


@app.command()
def gate(
    *,
    name: Entry,
    prometheus: Annotated[
        str,
        typer.Option(
            "--prometheus",
            metavar="URL",
            envvar="NAAP_PROMETHEUS",
            help="Where the home region's series are: an API of Prometheus; Amazon's is asked with your AWS "
            "credentials.",
            show_default=False,
        ),
    ],
    minutes: Annotated[
        int, typer.Option("--minutes", metavar="N", min=5, max=1440, help="How far back the canary is judged.")
    ] = 10,
    apply: Annotated[
        bool, typer.Option("--apply", help="Do to the entry what is found: the next weight, promote, abort.")
    ] = False,
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Whether a canary keeps its plugin's promise: advance, hold or abort. Exit code 1 where it is to be aborted."""
    from analysis.canary_gate import Decision
    from console.terminal import tell
    from naap.measured.gate import answer, carry_out, judged
    from naap.source import Source

    found = judged(Source(stack=stack, registry=registry), name, url=prometheus, minutes=minutes)
    done = carry_out(registry_file(stack, registry), name, found.decision) if apply else None
    tell(answer(name, found, done), as_json=json)
    raise typer.Exit(found.decision is Decision.ABORT)


@app.command()
def deploy(
    *,
    name: Entry,
    image: Annotated[
        str | None, typer.Option("--image", metavar="IMAGE", help="Another image, with tag and digest.")
    ] = None,
    version: Annotated[
        str | None,
        typer.Option("--version", metavar="VERSION", help="Another version; default: the image's tag, if it is one."),
    ] = None,
    yes: Annotated[bool, YES] = False,
    real: Annotated[bool | None, REAL] = None,
    stack: Stack = DEV,
    json: Json = False,
) -> None:
    """Bring one plugin up, and nothing else of the stack."""
    from naap.deploy.run import run

    run(stack, name, image=image, version=version, yes=yes, real=real, as_json=json)


@app.command()
def rollback(
    *,
    name: Entry,
    yes: Annotated[bool, YES] = False,
    real: Annotated[bool | None, REAL] = None,
    stack: Stack = DEV,
    json: Json = False,
) -> None:
    """Bring the release before back, and nothing else of the stack."""
    from naap.deploy.run import run

    run(stack, name, back=True, yes=yes, real=real, as_json=json)
