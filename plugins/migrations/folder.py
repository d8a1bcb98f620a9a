"""A folder of migrations: SCHEMA/NNNN_NAME.sql for each schema of the database, and what Prisma's schema was then."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.files import read_text, shown_path, write_atomically
from planning.inputs.field_types import SCHEMA_PATTERN
from planning.inputs.problem import InvalidInputError, Problem, refusal
from plugins.migrations.script import Statement, divide

SNAPSHOT = "schema.prisma"
"""Prisma's schema as the files of the folder make it: the next migration is the difference to it."""
NAME_PATTERN = r"^[a-z0-9][a-z0-9_]{0,40}$"
_MAX_BYTES = 5_000_000
_SECONDS = 120
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, kw_only=True)
class Added:
    """What a migration consists of. files: written; references: of a schema to tables of others, which need grants."""

    files: Sequence[Path]
    references: Sequence[tuple[str, str]]


def add(name: str, *, schema: Path, folder: Path, prisma: Sequence[str], accept_data_loss: bool) -> Added:
    """Makes the migration that leads from the folder's last state to a Prisma schema; nothing where they agree.

    prisma: the command line of Prisma's CLI. Raises InvalidInputError where Prisma refuses, where data would be lost
    and that isn't accepted, and for what no owner of a schema could run.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        rule = "a-z or a digit first, then a-z, 0-9 and underscores, at most 41 characters"
        raise refusal(value=name, field="NAME", rule=rule, fix="say in a few words what changes: add_wallet_alerts")
    statements = difference(schema=schema, folder=folder, prisma=prisma)
    _check(statements, shown_path(schema), accept_data_loss=accept_data_loss)
    number = 1 + max(
        (int(match[1]) for path in folder.glob("*/*.sql") if (match := _FILE.fullmatch(path.name))), default=0
    )
    files: list[Path] = []
    # A value that is added to an enum can be used once its transaction has ended.
    values = [one for one in statements if one.adds_value]
    for part, suffix in ((values, "_values"), ([one for one in statements if not one.adds_value], "")):
        if part:
            files += _write(part, folder, f"{number:04}_{name}{suffix}")
            number += 1
    if files:
        write_atomically(folder / SNAPSHOT, schema.read_bytes())
    references = {(one.schema, ".".join(one.refers_to)) for one in statements if one.refers_to}
    return Added(files=files, references=sorted(references))


def difference(*, schema: Path, folder: Path, prisma: Sequence[str]) -> Sequence[Statement]:
    """What is missing in a folder of migrations. Raises InvalidInputError where Prisma has no answer."""
    read_text(schema, limit=_MAX_BYTES)
    snapshot = folder / SNAPSHOT
    before = ["--from-schema-datamodel", str(snapshot.resolve())] if snapshot.is_file() else ["--from-empty"]
    command = [*prisma, "migrate", "diff", *before, "--to-schema-datamodel", str(schema.resolve()), "--script"]
    try:
        done = subprocess.run(  # noqa: S603  # the command that a person named
            command,
            cwd=schema.resolve().parent,
            # npx never fetches: the CLI is to be the one that the application is built with.
            env={**os.environ, "npm_config_yes": "false", "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _silent(prisma, str(error)) from None
    if done.returncode:
        raise _silent(prisma, " ".join((done.stderr or done.stdout).split())[-400:])
    return divide(done.stdout)


def _silent(prisma: Sequence[str], why: str) -> InvalidInputError:
    rule = "Prisma's CLI compares two schemas: prisma migrate diff"
    fix = "install what the application is built with (npm ci), or name the CLI: --prisma path/to/prisma"
    return refusal(field=" ".join(prisma), value=why, rule=rule, fix=fix)


def _check(statements: Sequence[Statement], file: str, *, accept_data_loss: bool) -> None:
    found = [
        Problem(
            file=file,
            entry=one.schema,
            field=" and ".join(one.loses),
            value=one.text[:200],
            rule="no migration takes data away, or makes it less exact, unasked",
            fix="make it in two releases (first what is added, then what nothing uses any more), and then say "
            "--accept-data-loss",
        )
        for one in statements
        if one.loses and not accept_data_loss
    ]
    found += [
        Problem(
            file=file,
            entry=schema,
            field="@@schema",
            value=schema,
            rule="a-z or an underscore first, then a-z, 0-9 and underscores, at most 53 characters",
            fix="give the schema the name that its entry in the registry has",
        )
        for schema in dict.fromkeys(one.schema for one in statements)
        if not re.fullmatch(SCHEMA_PATTERN, schema)
    ]
    if found:
        raise InvalidInputError(found)


def _write(statements: Sequence[Statement], folder: Path, title: str) -> Sequence[Path]:
    files: list[Path] = []
    for schema in dict.fromkeys(one.schema for one in statements):
        own = [one for one in statements if one.schema == schema]
        lost = sorted({word for one in own for word in one.loses})
        head = f"-- Schema {schema}, from {SNAPSHOT}. Once applied anywhere it stays as it is.\n"
        if lost:
            head += f"-- Loses data: {', '.join(lost)}\n"
        path = folder / schema / f"{title}.sql"
        write_atomically(path, (head + "".join(f"\n{one.text};\n" for one in own)).encode())
        files.append(path)
    return files
