"""Prisma through the planned poolers: an application of one schema for all, and a plugin with a schema of its own.

The engines are Prisma's own, as WebAssembly; URLs, roles, Jobs and poolers are those of the whole program, built with
the real registry and one entry more.
"""

import json
import shlex
import socket
import ssl
import struct
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from planning.plugin.plugin import PluginPlan, owners_first
from plugins.migrations.folder import add, difference
from plugins.migrations.script import divide
from tests.build.environments import REGISTRY, TIERS, build, plan
from tests.dataplane import built
from tests.dataplane.application_schema import OWNED, application
from tests.dataplane.built import Cluster
from tests.dataplane.pooler import Pooler
from tests.dataplane.prisma_cli import Project, npx, project
from tests.dataplane.servers import ADMIN_PASSWORD, SUPERUSER, Answer, Postgres

MIGRATE = Path(__file__).resolve().parents[2] / "images" / "migrations" / "migrate.sh"
OF_ITS_OWN = """
  notebook:
    version: 1.0.0
    image: registry.example/notebook:1.0.0
    port: 65002
    apiPrefix: /api/v1/notebook
    database:
      schema: plugin_notebook
      shard: 1
      migrate:
        command: [node_modules/.bin/prisma, migrate, deploy]
"""
# What the SDK's template has, with a model of its author's.
NOTEBOOK = """
generator client {
  provider   = "prisma-client-js"
  output     = "./client"
  engineType = "client"
}
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
enum Mood {
  GOOD
  BAD
}
model Note {
  id        String   @id @default(cuid())
  text      String
  mood      Mood     @default(GOOD)
  createdAt DateTime @default(now())
}
"""


class Platform:
    """The cluster's objects, the servers that they configure, and the program's own order of plugins."""

    def __init__(self, cluster: Cluster, order: list[str], server: Postgres, pooler: Pooler) -> None:
        self.cluster, self.order, self.server, self.pooler = cluster, order, server, pooler

    def make_schema(self, plugin: str) -> Answer:
        """What a schema Job does."""
        return self.server.psql(self.cluster.scripts()[plugin], user="naap_admin", password=ADMIN_PASSWORD)

    def job(self, plugin: str) -> tuple[list[str], dict[str, str]]:
        """Command and environment of a migration Job's container, with the place of the poolers here."""
        (job,) = [job for name, job in self.cluster.jobs.items() if name.startswith(f"migrate-{plugin}-")]
        (container,) = job["spec"]["template"]["spec"]["containers"]
        stated = {item["name"]: item["value"] for item in container["env"]}
        stated |= self.cluster.secrets[(f"plugin-{plugin}", f"{plugin}-migration")]
        host, port = stated["PGHOST"], stated["PGPORT"]
        here = {name: self._here(value, host) for name, value in stated.items()}
        assert port == "6432"
        return container["command"], here | {"PGHOST": "localhost", "PGPORT": str(self.pooler.server.port)}

    def migrate(self, plugin: str, folder: Path) -> Answer:
        """Runs a migration Job of the application's image. folder: of its migrations."""
        command, environment = self.job(plugin)
        assert command == ["migrate"]
        environment |= {"MIGRATIONS": str(folder), "PATH": f"{self.server.programs}:/usr/bin:/bin"}
        done = subprocess.run(["sh", str(MIGRATE)], env=environment, capture_output=True, text=True, check=False)
        return Answer(ok=done.returncode == 0, out=done.stdout, error=done.stderr)

    def url(self, plugin: str) -> str:
        """That of a plugin's pods."""
        url = self.cluster.secrets[(f"plugin-{plugin}", plugin)]["DATABASE_URL"]
        return self._here(url, "pooler-0.naap-pooler.svc.cluster.local")

    def as_superuser(self, plugin_schema: str = "public") -> str:
        """A URL that sees everything, past the poolers."""
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.server.port}/naap?schema={plugin_schema}"

    def _here(self, text: str, host: str) -> str:
        assert not text.startswith("postgresql://") or f"@{host}:6432/" in text, text
        return text.replace(f"{host}:6432", f"localhost:{self.pooler.server.port}").replace(
            "/etc/naap/ca.pem", str(self.server.ca)
        )


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """With no schema made yet."""
    planned = plan(TIERS[0], tmp_path_factory.mktemp("registry"), REGISTRY + OF_ITS_OWN)
    plugins: list[PluginPlan] = [one for one in owners_first(planned.home.plugins) if one.database]
    cluster = Cluster(build(planned).records)
    with ExitStack() as running:
        yield Platform(cluster, [one.name for one in plugins], *built.entrance(cluster, running))


@pytest.fixture(scope="module")
def checkout(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Of the application: its first version, with a baseline, applied to the platform in the program's order."""
    made = project(tmp_path_factory.mktemp("application"), application())
    _add(made, platform, "baseline")
    for plugin in platform.order:
        schema = platform.make_schema(plugin)
        assert schema.ok, f"{plugin}: {schema.error}"
        if plugin == "notebook":
            continue
        answer = platform.migrate(plugin, made.folder / "by-schema")
        assert answer.ok, f"{plugin}: {answer.error}"
    generated = made.prisma("generate", environment=_environment(made, platform))
    assert generated.ok, generated.error
    return made


def _environment(made: Project, platform: Platform, url: str = "") -> dict[str, str]:
    return made.environment(url or platform.as_superuser(), platform.server.ca)


def _add(made: Project, platform: Platform, name: str, *, accept_data_loss: bool = False) -> list[str]:
    found = add(
        name, schema=made.schema, folder=_folder(made), prisma=_cli(made, platform), accept_data_loss=accept_data_loss
    )
    return [str(path.relative_to(_folder(made))) for path in found.files]


def _folder(made: Project) -> Path:
    return made.folder / "by-schema"


def _cli(made: Project, platform: Platform) -> list[str]:
    environment = _environment(made, platform)
    return ["env", *(f"{name}={value}" for name, value in environment.items() if name != "PATH"), *made.cli]


def _missing(platform: Platform, made: Project) -> list[str]:
    """What Prisma itself would still do to schemas that have owners, to bring the database to the checkout's schema."""
    environment = _environment(made, platform)
    found = made.folder / "found.prisma"
    found.write_text(made.schema.read_text())
    pulled = made.prisma("db", "pull", "--force", "--schema", str(found), environment=environment)
    assert pulled.ok, pulled.error
    how = ("--from-schema-datamodel", str(found), "--to-schema-datamodel", str(made.schema), "--script")
    answer = made.prisma("migrate", "diff", *how, environment=environment)
    assert answer.ok, answer.error
    return [one.text for one in divide(answer.out) if one.schema in OWNED and "_naap_migrations" not in one.text]


def _work(made: Project, platform: Platform, plugin: str, program: str) -> Answer:
    return made.work(program, environment=_environment(made, platform, platform.url(plugin)))


def test_owners_of_tables_come_before_those_that_refer_to_them(platform: Platform) -> None:
    first = platform.order.index("base-svc")
    assert all(first < platform.order.index(name) for name in ("my-wallet", "community", "developer-api"))


def test_every_schema_is_made_by_its_owner_exactly_as_prisma_describes_it(
    checkout: Project, platform: Platform
) -> None:
    assert _missing(platform, checkout) == []
    owners = platform.server.psql(
        "SELECT schemaname, min(tableowner), count(*) FROM pg_tables WHERE tablename <> '_naap_migrations' "
        "AND schemaname ~ '^(public|plugin_)' GROUP BY 1 HAVING count(DISTINCT tableowner) = 1 ORDER BY 1",
        user=SUPERUSER,
    ).out.split()
    assert owners == [
        "plugin_community|community_owner|11",
        "plugin_dashboard|my_dashboard_owner|10",
        "plugin_daydream|daydream_video_owner|10",
        "plugin_developer_api|developer_api_owner|11",
        "plugin_orchestrator_leaderboard|web_next_owner|10",
        "plugin_service_gateway|service_gateway_owner|10",
        "plugin_wallet|my_wallet_owner|11",
        "public|base_svc_owner|7",
    ]


def test_a_second_run_changes_nothing(checkout: Project, platform: Platform) -> None:
    before = platform.server.dump()
    for plugin in ("base-svc", "my-wallet"):
        answer = platform.migrate(plugin, _folder(checkout))
        assert answer.ok, answer.error
        assert "as 0001_baseline describes it" in answer.out
    assert platform.server.dump() == before
    assert not difference(schema=checkout.schema, folder=_folder(checkout), prisma=_cli(checkout, platform))


USER = "await prisma.user.upsert({ where: { id: 'u1' }, update: {}, create: { id: 'u1', email: 'ann@example.com' } });"


def test_services_read_and_write_with_prismas_client_through_their_own_urls(
    checkout: Project, platform: Platform
) -> None:
    made = _work(checkout, platform, "base-svc", f"{USER} return await prisma.user.count()")
    assert json.loads(made.out) == 1, made.error
    program = """
      const made = await prisma.$transaction(async (tx) => {
        await tx.walletConnection.deleteMany();
        return tx.walletConnection.create({ data: { userId: 'u1', chain: 'ETHEREUM', addresses: ['0x1', '0x2'] } });
      });
      const found = await prisma.walletConnection.findUnique({ where: { id: made.id }, include: { user: true } });
      return [found.chain, found.addresses, found.user.email, await prisma.pluginWallet1.count()];
    """
    wallet = _work(checkout, platform, "my-wallet", program)
    assert wallet.ok, wallet.error
    assert json.loads(wallet.out) == ["ETHEREUM", ["0x1", "0x2"], "ann@example.com", 0]


def test_a_grant_by_column_lets_prisma_write_these_columns_and_no_others(checkout: Project, platform: Platform) -> None:
    assert _work(checkout, platform, "base-svc", f"{USER} return 1").ok
    edit = "return (await prisma.user.update({ where: { id: 'u1' }, data: { %s: 'x' } })).%s"
    edited = _work(checkout, platform, "community", edit % ("bio", "bio"))
    assert json.loads(edited.out) == "x", edited.error
    denied = _work(checkout, platform, "community", edit % ("email", "email"))
    assert "permission denied for table User" in denied.error


def test_a_services_own_login_can_change_no_structure(checkout: Project, platform: Platform) -> None:
    answer = _work(checkout, platform, "my-wallet", "return prisma.$executeRawUnsafe('CREATE TABLE x (id int)')")
    assert "permission denied for schema plugin_wallet" in answer.error


def test_a_later_version_keeps_rows_and_may_use_an_enums_new_value(checkout: Project, platform: Platform) -> None:
    assert _work(checkout, platform, "base-svc", f"{USER} return 1").ok
    row = "await prisma.walletConnection.upsert({ where: { userId: 'u1' }, update: {}, create: { userId: 'u1' } });"
    assert _work(checkout, platform, "my-wallet", f"{row} return 1").ok
    checkout.schema.write_text(application(second=True))
    assert _add(checkout, platform, "alerts") == [
        "plugin_wallet/0002_alerts_values.sql",
        "public/0003_alerts.sql",
        "plugin_wallet/0003_alerts.sql",
    ]
    for plugin in ("base-svc", "my-wallet"):
        answer = platform.migrate(plugin, _folder(checkout))
        assert answer.ok, answer.error
    assert _missing(platform, checkout) == []
    assert checkout.prisma("generate", environment=_environment(checkout, platform)).ok
    program = "return [await prisma.walletConnection.count(), (await prisma.walletAlert.create({ data: {} })).chain]"
    answer = _work(checkout, platform, "my-wallet", program)
    assert json.loads(answer.out) == [1, "SOLANA"], answer.error


@pytest.mark.usefixtures("checkout")
def test_a_plugin_of_its_own_migrates_with_prismas_cli_and_works(platform: Platform, tmp_path: Path) -> None:
    notebook = project(tmp_path / "notebook", NOTEBOOK)
    environment = _environment(notebook, platform)
    how = ("--from-empty", "--to-schema-datamodel", str(notebook.schema), "--script")
    migration = notebook.prisma("migrate", "diff", *how, environment=environment)
    folder = notebook.folder / "migrations" / "20260101000000_init"
    folder.mkdir(parents=True)
    # `prisma migrate dev` compares with a database in which the schema is.
    made = 'CREATE SCHEMA IF NOT EXISTS "public";'
    assert made in migration.out
    (folder / "migration.sql").write_text(migration.out.replace(made, ""))
    (folder.parent / "migration_lock.toml").write_text('provider = "postgresql"\n')
    assert notebook.prisma("generate", environment=environment).ok

    command, stated = platform.job("notebook")
    environment |= stated | {"PATH": environment["PATH"], "HOME": environment["HOME"]}
    for said in ("1 migration found", "No pending migrations to apply"):
        done = subprocess.run(
            command, cwd=notebook.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert said in done.stdout
    tables = "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'plugin_notebook' ORDER BY 1"
    assert platform.server.psql(tables, user=SUPERUSER).out.split() == [
        "Note|notebook_owner",
        "_prisma_migrations|notebook_owner",
    ]
    program = (
        "const made = await prisma.note.create({ data: { text: 'x' } }); return [made.mood, await prisma.note.count()]"
    )
    answer = _work(notebook, platform, "notebook", program)
    assert json.loads(answer.out) == ["GOOD", 1], answer.error


def test_prismas_engine_may_name_the_schema_when_it_connects(platform: Platform) -> None:
    """Its native engine sends the schema as search_path in the first message; PgBouncer refuses that by default."""
    assert _first_answer(platform, {"user": "my_wallet_app", "database": "my_wallet", "search_path": '"x"'}) == b"R"
    assert _first_answer(platform, {"user": "my_wallet_app", "database": "my_wallet", "nonsense": "x"}) == b"E"


def _first_answer(platform: Platform, parameters: Mapping[str, str]) -> bytes:
    """The kind of the poolers' first message: R asks for a password, E is an error."""
    context = ssl.create_default_context(cafile=str(platform.server.ca))
    with socket.create_connection(("127.0.0.1", platform.pooler.server.port), timeout=10) as plain:
        plain.sendall(struct.pack("!ii", 8, 80877103))
        assert plain.recv(1) == b"S"
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            words = [word for pair in parameters.items() for word in pair]
            body = struct.pack("!i", 196608) + "\0".join([*words, "", ""]).encode()
            secure.sendall(struct.pack("!i", len(body) + 4) + body)
            return secure.recv(1)


def test_a_cli_that_is_not_in_the_image_is_told_in_seconds(
    platform: Platform, tmp_path: Path, checkout: Project
) -> None:
    """npx would ask npm's registry, which pods can't reach, again and again for more than a minute."""
    _, environment = platform.job("notebook")
    environment |= {"PATH": checkout.environment("postgresql://x", platform.server.ca)["PATH"], "HOME": str(tmp_path)}
    answer = npx(tmp_path, "prisma", "migrate", "deploy", environment=environment)
    assert not answer.ok
    assert "prisma" in answer.error
    assert "cache mode is 'only-if-cached'" in answer.error


def test_every_command_of_the_registry_is_one_word_that_its_image_holds(platform: Platform) -> None:
    """The Dockerfile puts the script where a container runtime finds it."""
    text = (MIGRATE.parent / "Dockerfile").read_text()
    assert "COPY --chmod=0755 migrate.sh /usr/local/bin/migrate" in text
    for plugin in platform.order:
        if plugin != "notebook":
            assert shlex.join(platform.job(plugin)[0]) == "migrate"
