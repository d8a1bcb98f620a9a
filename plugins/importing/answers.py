"""What a manifest can't say of a service: the answers that a person gives by flags, and the questions that are left."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planning.inputs.problem import refusal


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Of the flags of `naap plugin add`; None or empty: not answered.

    migrate: a command as in a shell. grants: each `SCHEMA.TABLE:PRIVILEGE,...`. env: each `NAME=VALUE`.
    """

    prefix: str | None = None
    schema: str | None = None
    grants: tuple[str, ...] = ()
    migrate: str | None = None
    cache: bool | None = None
    cron: bool | None = None
    rewrite_prefix: str | None = None
    singleton: bool | None = None
    websocket: tuple[str, ...] = ()
    egress: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def granted_schemas(self) -> tuple[str, ...]:
        """Schemas of others that it reads or refers to: its own lies on their shard."""
        return tuple(text.partition(".")[0] for text in self.grants)

    def changes(self) -> dict[str, Any]:
        """As changes of an entry, in which None removes a field. The schema is the importer's, which finds its shard.

        Raises InvalidInputError where a flag can't be read.
        """
        found: dict[str, Any] = {
            "apiPrefix": self.prefix,
            "rewritePrefix": self.rewrite_prefix,
            "database": self._database(),
            "network": {"egress": list(self.egress)} if self.egress else None,
            "auth": {"websocket": list(self.websocket)} if self.websocket else None,
            "env": dict(_variable(text) for text in self.env),
            "secrets": list(self.secrets),
        }
        changes = {key: value for key, value in found.items() if value}
        # An answer of no removes what a table of facts said.
        for key, answer, yes in (
            ("cache", self.cache, dict[str, Any]()),
            ("cron", self.cron, True),
            ("scaling", self.singleton, {"singleton": True}),
        ):
            if answer is not None:
                changes[key] = yes if answer else None
        return changes

    def _database(self) -> dict[str, Any]:
        grants = {"grants": [_grant(text) for text in self.grants]} if self.grants else {}
        return grants | ({"migrate": {"command": _command(self.migrate)}} if self.migrate else {})

    def questions(self, entry: Mapping[str, Any]) -> Iterator[str]:
        """What nobody has said of a backend, each with the flag that says it. entry: as it would be added."""
        stored = entry.get("database")
        if stored is None:
            yield "--schema NAME: it keeps data in PostgreSQL (else it gets no database)"
        elif not self.grants and "grants" not in stored:
            yield (
                "--grant SCHEMA.TABLE:SELECT,REFERENCES: it reads, or refers to, a table of another schema "
                "(UPDATE of some columns: `columns` in the entry)"
            )
        if stored is not None and "migrate" not in stored:
            yield "--migrate 'COMMAND ...': its image holds what migrates its schema (else nothing does)"
        for answer, flag, meaning in (
            (self.cache, "cache", "it reads REDIS_URL"),
            (self.cron, "cron", "it runs timed work, in every pod"),
            (self.singleton, "singleton", "it keeps state in memory, so that there may be one pod only"),
        ):
            if answer is None:
                yield f"--{flag}: {meaning} (else --no-{flag})"
        network: Mapping[str, Any] = entry.get("network", {})
        for given, flag, meaning in (
            (entry.get("rewritePrefix"), "--rewrite-prefix /", "it routes at its root (or at another prefix)"),
            (entry.get("auth"), "--websocket /PATH", "a path below its prefix speaks WebSocket"),
            (network.get("egress"), "--egress HOST", "it calls a host outside (all others are closed)"),
            (entry.get("env"), "--env NAME=VALUE", "it reads a variable, such as a folder to write to: /tmp/NAME"),
            (entry.get("secrets"), "--secret NAME", "it reads a secret"),
        ):
            if not given:
                yield f"{flag}: {meaning}"


def _command(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        example = "--migrate 'node_modules/.bin/prisma migrate deploy'"
        raise _unreadable("--migrate", text, "a command as in a shell, each quote closed", example) from None


def _variable(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise _unreadable("--env", name, "NAME=VALUE", "--env LOG_LEVEL=info")
    return name, value


def _grant(text: str) -> dict[str, Any]:
    where, _, privileges = text.partition(":")
    schema, _, table = where.partition(".")
    if not (schema and table and privileges):
        example = "--grant public.User:SELECT,REFERENCES"
        raise _unreadable("--grant", text, "SCHEMA.TABLE:PRIVILEGE,PRIVILEGE", example)
    return {"schema": schema, "table": table, "privileges": privileges.split(",")}


def _unreadable(flag: str, value: str, rule: str, fix: str) -> Exception:
    return refusal(file="(command line)", entry="", field=flag, value=value, rule=rule, fix=fix)
