"""What Prisma writes for a schema with several database schemas, divided by who runs it."""

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.migrations.script import divide

# As Prisma 6.19 and 5.22 write it: with the name of the default schema, or without.
FIRST = """-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "plugin_a";

-- CreateEnum
CREATE TYPE "plugin_a"."Color" AS ENUM ('RED', 'GREEN');

-- CreateTable; it's the users'
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "note" TEXT NOT NULL DEFAULT 'it''s -- a; "test"',

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plugin_a"."Thing" (
    "id" SERIAL NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "User_note_key" ON "User"("note");

-- CreateIndex
CREATE INDEX "Thing_id_idx" ON "plugin_a"."Thing"("id");

-- AddForeignKey
ALTER TABLE "plugin_a"."Thing" ADD CONSTRAINT "f" FOREIGN KEY ("id") REFERENCES "User"("id") ON DELETE CASCADE;

-- AddForeignKey
ALTER TABLE "plugin_a"."Thing" ADD CONSTRAINT "g" FOREIGN KEY ("id") REFERENCES "plugin_a"."Thing"("id");
"""


def test_each_statement_is_of_the_schema_whose_object_it_makes_in_the_order_of_the_script() -> None:
    found = divide(FIRST)
    assert [(one.schema, one.text.partition('" ')[0].partition("(")[0][:30]) for one in found] == [
        ("plugin_a", 'CREATE TYPE "plugin_a"."Color'),
        ("public", 'CREATE TABLE "User'),
        ("plugin_a", 'CREATE TABLE "plugin_a"."Thing'),
        ("public", 'CREATE UNIQUE INDEX "User_note'),
        ("plugin_a", 'CREATE INDEX "Thing_id_idx'),
        ("plugin_a", 'ALTER TABLE "plugin_a"."Thing'),
        ("plugin_a", 'ALTER TABLE "plugin_a"."Thing'),
    ]


def test_semicolons_quotes_and_comments_within_texts_end_nothing() -> None:
    (table,) = [one for one in divide(FIRST) if one.text.startswith('CREATE TABLE "User"')]
    assert """DEFAULT 'it''s -- a; "test"'""" in table.text


def test_a_key_into_the_default_schema_names_it_and_is_told() -> None:
    *_, crossing, within = divide(FIRST)
    assert crossing.text.endswith('REFERENCES "public"."User"("id") ON DELETE CASCADE')
    assert (crossing.refers_to, within.refers_to) == (("public", "User"), None)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ('DROP TABLE "plugin_a"."Thing"', ("DROP TABLE",)),
        ('ALTER TABLE "User" DROP COLUMN "old",\nADD COLUMN "new" TEXT', ("DROP COLUMN",)),
        ('ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE VARCHAR(20)', ("SET DATA TYPE",)),
        ('ALTER TABLE "User" ADD COLUMN "a" TEXT DEFAULT \'DROP TABLE\'', ()),
        ('ALTER TABLE "User" ADD COLUMN "DROP COLUMN" TEXT', ()),
        ('DROP INDEX "User_note_key"', ()),
        ('ALTER TABLE "plugin_a"."Thing" DROP CONSTRAINT "f"', ()),
    ],
)
def test_what_loses_data_is_known(statement: str, words: tuple[str, ...]) -> None:
    (found,) = divide(f"{statement};")
    assert found.loses == words


def test_an_enum_that_is_made_anew_is_part_of_the_files_own_transaction() -> None:
    script = """-- AlterEnum
BEGIN;
CREATE TYPE "plugin_a"."Color_new" AS ENUM ('RED');
ALTER TABLE "plugin_a"."Thing" ALTER COLUMN "c" TYPE "plugin_a"."Color_new" USING ("c"::text::"plugin_a"."Color_new");
ALTER TYPE "plugin_a"."Color" RENAME TO "Color_old";
DROP TYPE "plugin_a"."Color_old";
COMMIT;
"""
    found = divide(script)
    assert [one.schema for one in found] == ["plugin_a"] * 4
    assert not any(one.loses for one in found), "a value that is still used makes it fail"


def test_a_value_that_an_enum_gets_is_known() -> None:
    (value, table) = divide('ALTER TYPE "plugin_a"."Color" ADD VALUE \'BLUE\';\nALTER TABLE "User" ADD COLUMN "x" INT;')
    assert (value.adds_value, table.adds_value) == (True, False)


def test_what_no_owner_of_a_schema_can_run_is_refused_all_of_it_at_once() -> None:
    with pytest.raises(InvalidInputError) as raised:
        divide('CREATE EXTENSION IF NOT EXISTS "citext";\nDROP SCHEMA "plugin_a";\nDROP TABLE "User";')
    assert "2 problems" in str(raised.value)
    assert 'CREATE EXTENSION IF NOT EXISTS "citext"' in str(raised.value)


def test_an_empty_script_is_no_statement() -> None:
    assert not divide("-- This is an empty migration.\n\n")
