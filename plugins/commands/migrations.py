"""`naap migration`: makes migrations of an application, and tells what they need."""

import shlex
from pathlib import Path

from console.files import shown_path
from console.terminal import Answer
from planning.inputs.problem import refusal
from plugins.migrations import folder as migrations

FOLDER = "by-schema"
"""Beside schema.prisma: a change of it and its migration are one commit."""


def add(name: str, *, schema: Path, folder: Path | None, prisma: str, accept_data_loss: bool) -> Answer:
    """Writes a migration. Raises InvalidInputError where it can't be."""
    added = migrations.add(
        name,
        schema=schema,
        folder=_folder(schema, folder),
        prisma=_command(prisma),
        accept_data_loss=accept_data_loss,
    )
    lines = [f"made {shown_path(path)}" for path in added.files] or ["nothing has changed: no migration is needed"]
    lines += [f"{own} refers to {other}: its entry needs the grant (REFERENCES)" for own, other in added.references]
    data = {"files": [shown_path(path) for path in added.files], "references": added.references}
    return Answer(data=data, text="\n".join(lines))


def check(*, schema: Path, folder: Path | None, prisma: str) -> tuple[Answer, bool]:
    """Whether nothing is missing, too. Raises InvalidInputError where it can't be told."""
    missing = migrations.difference(schema=schema, folder=_folder(schema, folder), prisma=_command(prisma))
    schemas = list(dict.fromkeys(one.schema for one in missing))
    text = (
        f"a migration is missing, of {', '.join(schemas)}: naap migration add NAME --schema {shown_path(schema)}"
        if missing
        else "the migrations make what the schema says"
    )
    return Answer(data={"missing": schemas}, text=text), not missing


def _folder(schema: Path, folder: Path | None) -> Path:
    return folder or schema.parent / FOLDER


def _command(prisma: str) -> list[str]:
    try:
        return shlex.split(prisma)
    except ValueError:
        raise refusal(
            file="(command line)",
            field="--prisma",
            value=prisma,
            rule="a command as in a shell, each quote closed",
            fix="--prisma 'npx prisma'",
        ) from None
