"""`naap migration ...`: migrations of an application whose one Prisma schema describes several database schemas."""

from pathlib import Path
from typing import Annotated

import typer

from naap.commands.options import Json

app = typer.Typer(no_args_is_help=True)
Schema = Annotated[
    Path, typer.Option("--schema", metavar="FILE", help="The application's schema.prisma.", show_default=False)
]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", help="Of the migrations; default: by-schema, beside schema.prisma."),
]
Prisma = Annotated[
    str,
    typer.Option("--prisma", metavar="COMMAND", help="Prisma's CLI, called in the folder of schema.prisma."),
]
NPX = "npx --no prisma"


@app.command()
def add(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as add_wallet_alerts.", show_default=False)],
    schema: Schema,
    folder: Folder = None,
    prisma: Prisma = NPX,
    accept_data_loss: Annotated[
        bool, typer.Option("--accept-data-loss", help="Also drop tables and columns, and change types.")
    ] = False,
    json: Json = False,
) -> None:
    """Make the migration from the last one to schema.prisma: a file for each database schema that changes."""
    from console.terminal import tell
    from plugins.commands.migrations import add as run

    tell(
        run(name, schema=schema, folder=folder, prisma=prisma, accept_data_loss=accept_data_loss),
        as_json=json,
    )


@app.command()
def check(*, schema: Schema, folder: Folder = None, prisma: Prisma = NPX, json: Json = False) -> None:
    """Whether the migrations make what schema.prisma says. Exit code 1: one is missing."""
    from console.terminal import tell
    from plugins.commands.migrations import check as run

    found, complete = run(schema=schema, folder=folder, prisma=prisma)
    tell(found, as_json=json)
    if not complete:
        raise typer.Exit(1)
