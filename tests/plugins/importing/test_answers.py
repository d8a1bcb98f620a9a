"""What no manifest says: it is asked, and said by flags."""

from dataclasses import replace
from typing import Any

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.importing.answers import Answers
from plugins.importing.importer import Imported, import_manifest
from tests.plugins.importing.test_import import FULL, TAKEN

EVERY_FLAG = (
    "--schema", "--cache", "--cron", "--singleton", "--rewrite-prefix", "--websocket", "--egress", "--env", "--secret",
)  # fmt: skip


def added(answers: Answers | None = None, **changes: Any) -> Imported:
    return import_manifest({**FULL, **changes}, file="plugin.json", taken=TAKEN, answers=answers)


def flags(found: Imported) -> tuple[str, ...]:
    return tuple(line.split(":")[0].split()[0] for line in found.asked)


def test_what_a_manifest_cannot_say_is_asked_and_not_assumed() -> None:
    found = added()
    assert flags(found) == EVERY_FLAG
    assert not {"database", "cache", "cron", "rewritePrefix", "scaling", "auth", "env"} & found.entry.keys()


def test_what_was_answered_is_in_the_entry_and_asked_no_more() -> None:
    answers = Answers(
        prefix="/api/v1/odd-one",
        schema="plugin_odd",
        grants=("public.User:SELECT,REFERENCES",),
        migrate="node_modules/.bin/prisma migrate deploy",
        cache=True,
        cron=True,
        rewrite_prefix="/",
        singleton=False,
        websocket=("/live",),
        egress=("api.example.com",),
        env=("UPLOAD_DIR=/tmp/uploads", "WORDS=a=b"),
        secrets=("ODD_KEY",),
    )
    found = added(answers)
    assert found.asked == ()
    assert found.entry["apiPrefix"] == "/api/v1/odd-one"
    assert found.entry["database"] == {
        "schema": "plugin_odd",
        "shard": 1,
        "grants": [{"schema": "public", "table": "User", "privileges": ["SELECT", "REFERENCES"]}],
        "migrate": {"command": ["node_modules/.bin/prisma", "migrate", "deploy"]},
    }
    beside = replace(TAKEN, schema_shards={"public": 3})
    assert import_manifest(FULL, file="x", taken=beside, answers=answers).entry["database"]["shard"] == 3
    assert (found.entry["cache"], found.entry["cron"], found.entry["rewritePrefix"]) == ({}, True, "/")
    assert found.entry["auth"] == {"websocket": ["/live"]}
    assert found.entry["network"]["egress"] == ["api.example.com"]
    assert found.entry["env"] == {"UPLOAD_DIR": "/tmp/uploads", "WORDS": "a=b"}  # noqa: S108  # a path of a pod
    assert found.entry["secrets"] == ["ODD_KEY"]


def test_an_answer_of_no_is_an_answer() -> None:
    found = added(Answers(cache=False, cron=False, singleton=False))
    assert flags(found) == ("--schema", "--rewrite-prefix", "--websocket", "--egress", "--env", "--secret")


def test_a_chosen_schema_stands_in_for_the_path_of_a_prisma_file() -> None:
    database = {"type": "postgresql", "schema": "./prisma/schema.prisma"}
    made = added(database=database)
    assert made.entry["database"]["schema"] == "plugin_odd"
    assert any("--schema NAME" in line for line in made.derived)
    chosen = added(Answers(schema="odd_tables"), database=database)
    assert chosen.entry["database"]["schema"] == "odd_tables"
    assert not any("--schema" in line for line in (*chosen.derived, *chosen.asked))


def test_an_answer_wins_over_a_known_fact() -> None:
    manifest = {"name": "my-wallet", "version": "1.0.0", "backend": {"devPort": 4900}}
    found = import_manifest(manifest, file="x", taken=TAKEN, answers=Answers(cron=False, cache=False))
    assert not {"cron", "cache"} & found.entry.keys()
    assert found.entry["database"]["schema"] == "plugin_wallet"


def test_nothing_is_asked_of_a_plugin_without_pods() -> None:
    assert import_manifest({"name": "x", "version": "1.0.0", "frontend": {}}, file="x", taken=TAKEN).asked == ()


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (Answers(grants=("User:SELECT",)), "--grant"),
        (Answers(grants=("public.User",)), "--grant"),
        (Answers(env=("LEVEL",)), "--env"),
        (Answers(schema="odd", migrate="prisma 'migrate"), "--migrate"),
        (Answers(migrate="node migrate.js"), "--schema"),
        (Answers(grants=("public.User:SELECT",)), "--schema"),
    ],
)
def test_a_flag_that_cannot_be_read_is_refused_with_its_form(answers: Answers, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        added(answers)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert field in caught.value.problems[0].fix
