"""A folder of migrations, made by a program that answers as Prisma's CLI does (tests/dataplane runs the real one)."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.migrations.folder import Added, add

EMPTY = "-- This is an empty migration."
BASELINE = 'CREATE TABLE "User" ("id" INT);\nCREATE TABLE "plugin_a"."Thing" ("id" INT);'


class Application:
    """A checkout: schema.prisma, and a CLI that answers with `script` and notes how it was called."""

    def __init__(self, root: Path) -> None:
        self.schema, self.folder, self._calls = root / "schema.prisma", root / "by-schema", root / "calls"
        self._cli, self._script = root / "prisma.sh", root / "script.sql"
        self.schema.write_text("model A {}")
        self._cli.write_text(f'echo "$@" > {self._calls}; cat {self._script}\n')

    @property
    def prisma(self) -> Sequence[str]:
        return ("sh", str(self._cli))

    @property
    def called(self) -> str:
        return self._calls.read_text()

    def add(self, name: str, script: str, *, accept_data_loss: bool = False) -> Added:
        self._script.write_text(script)
        return add(name, schema=self.schema, folder=self.folder, prisma=self.prisma, accept_data_loss=accept_data_loss)

    def files(self) -> Sequence[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.glob("*/*.sql"))


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(tmp_path)


def test_the_first_is_made_from_nothing_and_the_next_from_what_was_kept(application: Application) -> None:
    application.add("baseline", BASELINE)
    assert "--from-empty --to-schema-datamodel" in application.called
    assert application.files() == ["plugin_a/0001_baseline.sql", "public/0001_baseline.sql"]
    application.schema.write_text("model B {}")
    application.add("more", 'ALTER TABLE "plugin_a"."Thing" ADD COLUMN "x" INT;')
    kept = application.folder / "schema.prisma"
    assert f"--from-schema-datamodel {kept} --to-schema-datamodel {application.schema} --script" in application.called
    assert kept.read_text() == "model B {}"
    assert application.files() == ["plugin_a/0001_baseline.sql", "plugin_a/0002_more.sql", "public/0001_baseline.sql"]


def test_where_nothing_has_changed_nothing_is_written(application: Application) -> None:
    assert not application.add("nothing", EMPTY).files
    assert not application.folder.exists()


def test_a_loss_of_data_is_refused_without_its_flag_and_stands_in_the_file_with_it(application: Application) -> None:
    drop = 'ALTER TABLE "User" DROP COLUMN "old";'
    with pytest.raises(InvalidInputError) as raised:
        application.add("tidy", drop)
    assert "public · DROP COLUMN" in str(raised.value)
    assert "--accept-data-loss" in str(raised.value)
    assert not application.folder.exists()
    application.add("tidy", drop, accept_data_loss=True)
    assert "-- Loses data: DROP COLUMN\n" in (application.folder / "public/0001_tidy.sql").read_text()


def test_values_of_enums_come_in_a_migration_before_what_may_use_them(application: Application) -> None:
    application.add(
        "blue", 'ALTER TABLE "plugin_a"."T" ADD COLUMN "x" INT;\nALTER TYPE "plugin_a"."C" ADD VALUE \'BLUE\';'
    )
    assert application.files() == ["plugin_a/0001_blue_values.sql", "plugin_a/0002_blue.sql"]


def test_the_grants_that_keys_into_other_schemas_need_are_told(application: Application) -> None:
    script = 'ALTER TABLE "plugin_a"."T" ADD CONSTRAINT "f" FOREIGN KEY ("u") REFERENCES "User"("id");'
    assert application.add("keys", script).references == [("plugin_a", "public.User")]


def test_a_cli_that_is_not_there_or_refuses_is_told_with_what_it_said(application: Application) -> None:
    how = {"schema": application.schema, "folder": application.folder, "accept_data_loss": False}
    with pytest.raises(InvalidInputError, match="npm ci"):
        add("x", prisma=["/nowhere/prisma"], **how)
    with pytest.raises(InvalidInputError, match="P1012"):
        add("x", prisma=["sh", "-c", "echo error P1012 >&2; exit 1"], **how)


@pytest.mark.parametrize("name", ["", "Add", "a-b", "../x", "a b"])
def test_a_name_is_a_few_plain_words(application: Application, name: str) -> None:
    with pytest.raises(InvalidInputError, match="underscores"):
        application.add(name, BASELINE)


def test_a_schema_that_no_entry_could_have_is_refused(application: Application) -> None:
    with pytest.raises(InvalidInputError, match="@@schema"):
        application.add("x", 'CREATE TABLE "Plugin-A"."T" ("id" INT);')
