"""The application's migrations, as their image runs them: psql as a schema's owner, on a real PostgreSQL."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planning.database.plugin_database import PluginDatabasePlan
from planning.shared.images import POSTGRES_CLIENT
from tests.dataplane.conftest import apply_schema, as_role, login
from tests.dataplane.servers import Postgres

Plans = Mapping[str, PluginDatabasePlan]
IMAGE = Path(__file__).resolve().parents[2] / "images" / "migrations"
NO_SUCH_FILES, FAILED = 65, 3
SCHEMA = "plugin_community"
Migrate = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of an image's migrations: two of the plugin's, and one of another."""
    made = tmp_path / "migrations"
    (made / SCHEMA).mkdir(parents=True)
    (made / "plugin_wallet").mkdir()
    (made / "plugin_wallet/0001_baseline.sql").write_text("CREATE TABLE strange (id int);")
    _write(made, "0001_baseline", 'CREATE TABLE "Topic" (id int PRIMARY KEY, word text);')
    _write(
        made, "0002_more", "ALTER TABLE \"Topic\" ADD COLUMN more text;\nINSERT INTO \"Topic\" VALUES (1, 'a', 'b');"
    )
    return made


@pytest.fixture
def migrate(database: Postgres, plans: Plans, folder: Path) -> Iterator[Migrate]:
    """Runs it as the owner of community's schema; what it made is removed."""
    user, password = login(plans["community"], "owner")

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            "PATH": f"{database.programs}:/usr/bin:/bin",
            "MIGRATIONS": str(folder),
            "PGHOST": "localhost",
            "PGPORT": str(database.port),
            "PGDATABASE": "naap",
            "PGUSER": user,
            "PGPASSWORD": password,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(database.ca),
        }
        command = ["sh", str(IMAGE / "migrate.sh"), *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    yield run
    gone = as_role(database, plans["community"], "owner", 'DROP TABLE IF EXISTS "Topic", _naap_migrations')
    assert gone.ok, gone.error


def _write(folder: Path, name: str, text: str) -> None:
    (folder / SCHEMA / f"{name}.sql").write_text(f"{text}\n")


def _recorded(database: Postgres, plans: Plans) -> list[str]:
    return as_role(database, plans["community"], "owner", "SELECT name FROM _naap_migrations ORDER BY 1").out.split()


def _rows(database: Postgres, plans: Plans) -> str:
    return as_role(database, plans["community"], "app", 'SELECT * FROM "Topic"').out.strip()


def test_files_of_its_own_schema_are_run_in_order_and_once(database: Postgres, plans: Plans, migrate: Migrate) -> None:
    first = migrate()
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        f"{SCHEMA}: 0001_baseline",
        f"{SCHEMA}: 0002_more",
        f"{SCHEMA}: as 0002_more describes it",
    ]
    before = database.dump()
    again = migrate()
    assert (again.returncode, again.stdout) == (0, f"{SCHEMA}: as 0002_more describes it\n")
    assert again.stderr == ""
    assert database.dump() == before
    assert _rows(database, plans) == "1|a|b"


def test_of_a_file_that_fails_nothing_is_there_and_those_before_it_stay(
    database: Postgres, plans: Plans, migrate: Migrate, folder: Path
) -> None:
    _write(folder, "0003_broken", 'INSERT INTO "Topic" VALUES (2);\nALTER TABLE "Nothing" ADD COLUMN x int;')
    answer = migrate()
    assert answer.returncode == FAILED
    assert '0003_broken.sql:2: ERROR:  relation "Nothing" does not exist' in answer.stderr
    assert _recorded(database, plans) == ["0001_baseline", "0002_more"]
    assert _rows(database, plans) == "1|a|b"
    _write(folder, "0003_broken", 'INSERT INTO "Topic" VALUES (2);')
    assert migrate().returncode == 0
    assert _recorded(database, plans)[-1] == "0003_broken"


def test_a_file_that_was_applied_may_not_change(migrate: Migrate, folder: Path) -> None:
    assert migrate().returncode == 0
    _write(folder, "0002_more", "SELECT 1;")
    answer = migrate()
    assert answer.returncode == FAILED
    assert "0002_more was applied with another text: make a new migration instead" in answer.stderr


def test_an_older_image_changes_nothing(migrate: Migrate, folder: Path) -> None:
    """A version of before is rolled out again: its files are all applied, what came after them stays."""
    assert migrate().returncode == 0
    (folder / SCHEMA / "0002_more.sql").unlink()
    answer = migrate()
    assert (answer.returncode, answer.stdout) == (0, f"{SCHEMA}: as 0001_baseline describes it\n")


def test_two_at_once_apply_each_file_once(migrate: Migrate) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = [one.result() for one in [pool.submit(migrate) for _ in range(2)]]
    assert [one.returncode for one in answers] == [0, 0], [one.stderr for one in answers]
    assert sorted(one.stdout.count("0001_baseline\n") for one in answers) == [0, 1]


def test_what_came_with_its_data_is_recorded_and_only_what_is_newer_is_run(
    database: Postgres, plans: Plans, migrate: Migrate
) -> None:
    made = as_role(database, plans["community"], "owner", 'CREATE TABLE "Topic" (id int PRIMARY KEY, word text)')
    assert made.ok
    assert 'relation "Topic" already exists' in migrate().stderr
    answer = migrate("--baseline", "0001_baseline")
    assert answer.returncode == 0, answer.stderr
    assert f"{SCHEMA}: 0001_baseline is there already, by --baseline" in answer.stdout
    assert _rows(database, plans) == "1|a|b"
    assert migrate("--baseline", "0002_more").stdout == f"{SCHEMA}: as 0002_more describes it\n"


def test_a_schema_that_the_image_knows_nothing_of_is_told_at_once(migrate: Migrate, folder: Path) -> None:
    for path in (folder / SCHEMA).iterdir():
        path.unlink()
    answer = migrate()
    assert answer.returncode == NO_SUCH_FILES
    assert f"this image has no migrations of schema {SCHEMA}" in answer.stderr
    assert "it has those of: plugin_wallet" in answer.stderr
    assert migrate("--baseline", "0009_x").returncode == NO_SUCH_FILES
    assert migrate("now").returncode == NO_SUCH_FILES


@pytest.mark.parametrize("word", ["COMMIT;", "begin;", "ROLLBACK ;"])
def test_a_file_that_ends_its_own_transaction_is_refused(migrate: Migrate, folder: Path, word: str) -> None:
    _write(folder, "0003_own", f"{word}\nSELECT 1;")
    answer = migrate()
    assert answer.returncode == NO_SUCH_FILES
    assert "0003_own.sql begins or ends a transaction" in answer.stderr


def test_a_setting_of_a_file_is_none_of_the_next(migrate: Migrate, folder: Path) -> None:
    _write(folder, "0003_strange", "SET search_path = pg_catalog;")
    _write(folder, "0004_plain", 'INSERT INTO "Topic" VALUES (4);')
    answer = migrate()
    assert answer.returncode == 0, answer.stderr


def test_without_a_database_the_way_to_it_is_named(database: Postgres) -> None:
    environment = {"PATH": f"{database.programs}:/usr/bin:/bin", "PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "x"}
    command = ["sh", str(IMAGE / "migrate.sh")]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 2
    assert '"127.0.0.1", port 1 failed' in answer.stderr


def test_the_records_survive_the_schema_job(database: Postgres, plans: Plans, migrate: Migrate) -> None:
    assert migrate().returncode == 0
    assert apply_schema(database, plans["community"]).ok
    assert migrate().stdout == f"{SCHEMA}: as 0002_more describes it\n"


def test_the_image_is_the_client_that_the_platform_has() -> None:
    assert f"\nFROM {POSTGRES_CLIENT.reference}\n" in (IMAGE / "Dockerfile").read_text()
