"""`naap env ...`: preview environments, each with copies of plugins on another stack's cluster, and with an end."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from naap.commands.options import DEV, Json, stacks

if TYPE_CHECKING:
    from naap.previews.pulumi import Pulumi

app = typer.Typer(no_args_is_help=True)
From = Annotated[
    str, typer.Option("--stack", "--from", metavar="NAME", help="Stack, of Pulumi.NAME.yaml.", autocompletion=stacks)
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the environment, such as pr-12.", show_default=False)]
At = Annotated[
    datetime | None,
    typer.Option("--at", metavar="TIME", formats=["%Y-%m-%dT%H:%M:%S"], help="As of this time (UTC), instead of now."),
]


@contextmanager
def _pulumi() -> Generator["Pulumi"]:
    from naap.previews.pulumi import PulumiError, fail, here

    try:
        yield here()
    except PulumiError as error:
        fail(str(error), "Run the command again: it goes on from here.")


def _moment(at: datetime | None) -> datetime:
    return at.replace(tzinfo=UTC) if at else datetime.now(tz=UTC)


@app.command()
def new(
    *,
    name: Name,
    stack: From = DEV,
    ttl: Annotated[str, typer.Option("--ttl", metavar="TIME", help="How long it lives: 90m, 72h or 7d.")] = "72h",
    plugins: Annotated[
        list[str] | None,
        typer.Option("--plugins", metavar="NAMES", help="Entries to copy, with commas between.", show_default=False),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="FILE", help="Instead of names: the entries that differ in this registry."),
    ] = None,
    at: At = None,
    json: Json = False,
) -> None:
    """Make one, or bring it up to date: plugins with data of their own on the stack's cluster, and a host name."""
    from console.terminal import tell
    from naap.previews.environments import new as make
    from naap.previews.environments import plugin_names

    with _pulumi() as pulumi:
        names = plugin_names(pulumi, stack, plugins or (), against)
        tell(make(pulumi, name=name, of=stack, ttl=ttl, plugins=names, now=_moment(at)), as_json=json)


@app.command("list")
def list_(*, stack: From = DEV, at: At = None, json: Json = False) -> None:
    """Those that stand on a stack, the first to end first."""
    from console.terminal import tell
    from naap.previews.environments import environments, listed

    with _pulumi() as pulumi:
        tell(listed(environments(pulumi, stack), _moment(at)), as_json=json)


@app.command()
def end(
    *,
    name: Name,
    stack: From = DEV,
    if_there: Annotated[bool, typer.Option("--if-there", help="No mistake where there is none.")] = False,
    json: Json = False,
) -> None:
    """Remove one with its data."""
    from console.terminal import tell
    from naap.previews.environments import ended

    with _pulumi() as pulumi:
        tell(ended(pulumi, stack, name, if_there=if_there), as_json=json)


@app.command()
def prune(*, stack: From = DEV, at: At = None, json: Json = False) -> None:
    """Remove all that are past their time. Exit code 1 where one could not be removed."""
    from console.terminal import tell
    from naap.previews.environments import pruned
    from naap.previews.pulumi import fail

    with _pulumi() as pulumi:
        answer, failed = pruned(pulumi, stack, _moment(at))
        tell(answer, as_json=json)
        if failed:
            fail(*failed)
