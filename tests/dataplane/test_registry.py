"""Every plugin of the real registry does its work with what the whole program puts into ConfigMaps, Secrets and AWS."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import SplitResult, unquote

import pytest

from tests.build.environments import REGISTRY, TIERS, build, plan
from tests.dataplane import built
from tests.dataplane.built import Cluster
from tests.dataplane.pooler import Pooler
from tests.dataplane.servers import ADMIN_PASSWORD, Answer, Postgres, Valkey

GRANTED = {
    "base-svc": 'CREATE TABLE "User" (id int PRIMARY KEY, "displayName" text, bio text, "avatarUrl" text, '
    '"updatedAt" text); CREATE TABLE "BillingProvider" (id int PRIMARY KEY); '
    'CREATE TABLE "PluginConfig" (id int PRIMARY KEY);'
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The smallest tier, where all plugins share a shard."""
    return Cluster(build(plan(TIERS[0], tmp_path_factory.mktemp("registry"), REGISTRY)).records)


@pytest.fixture(scope="module")
def entrance(cluster: Cluster) -> Iterator[tuple[Postgres, Pooler]]:
    """A database in which every schema Job has run, in turn with the migrations that others need; and its pooler."""
    with ExitStack() as running:
        server, pooler = built.entrance(cluster, running)
        for plugin, script in sorted(cluster.scripts().items(), key=lambda item: item[0] not in GRANTED):
            answer = server.psql(script, user="naap_admin", password=ADMIN_PASSWORD)
            assert answer.ok, answer.error
            if plugin in GRANTED:
                role = plugin.replace("-", "_")
                made = server.psql(
                    f"SET ROLE {role}_owner; SET search_path = public; {GRANTED[plugin]}",
                    user="naap_admin",
                    password=ADMIN_PASSWORD,
                )
                assert made.ok, made.error
        yield server, pooler


def _through(entrance: tuple[Postgres, Pooler], url: SplitResult, statement: str) -> Answer:
    server, pooler = entrance
    assert url.username
    return server.psql(
        statement,
        user=url.username,
        password=unquote(url.password or ""),
        database=url.path.strip("/"),
        port=pooler.server.port,
    )


def test_every_plugin_with_a_schema_migrates_writes_and_reads(
    cluster: Cluster, entrance: tuple[Postgres, Pooler]
) -> None:
    plugins = list(cluster.scripts())
    assert len(plugins) >= 7
    for plugin in plugins:
        table = "CREATE TABLE work (id serial PRIMARY KEY, word text)"
        if ("plugin-" + plugin, f"{plugin}-migration") in cluster.secrets:
            made = _through(entrance, cluster.url(plugin, "DATABASE_URL", "-migration"), table)
        else:
            schema = re.search(r'CREATE SCHEMA IF NOT EXISTS "(\w+)"', cluster.scripts()[plugin])
            assert schema
            role = plugin.replace("-", "_")
            made = entrance[0].psql(
                f'SET ROLE {role}_owner; SET search_path = "{schema[1]}"; {table}',
                user="naap_admin",
                password=ADMIN_PASSWORD,
            )
        assert made.ok, f"{plugin}: {made.error}"
        work = (
            "INSERT INTO work (word) VALUES ('x'); UPDATE work SET word = 'y'; PREPARE p (int) AS "
            "SELECT word FROM work WHERE id = $1; EXECUTE p (1)"
        )
        done = _through(entrance, cluster.url(plugin, "DATABASE_URL"), f"BEGIN; {work}; COMMIT")
        assert done.ok, f"{plugin}: {done.error}"
        assert done.out.strip() == "y"


def test_every_plugin_with_a_cache_stores_and_publishes_as_its_own_user_and_on_no_cluster(cluster: Cluster) -> None:
    asked = [
        (plugin, cluster.url(plugin, "REDIS_URL"))
        for (space, plugin), values in cluster.secrets.items()
        if space == f"plugin-{plugin}" and "REDIS_URL" in values
    ]
    assert len(asked) >= 3
    users = {
        name: (inputs["accessString"], inputs["authenticationMode"]["passwords"][0])
        for name, inputs in cluster.users.items()
        if name != "default"
    }
    server = Valkey(users)
    try:
        for plugin, url in asked:
            assert (url.scheme, url.username) == ("rediss", plugin)
            assert "cluster" not in str(url.hostname)
            password = unquote(url.password or "")
            prefix = f"plugin:{plugin}:"
            assert f"keyPrefix={prefix.replace(':', '%3A')}" in url.query
            assert server.ask(plugin, password, "SET", f"{prefix}k", "1") == "OK"
            assert server.ask(plugin, password, "PUBLISH", f"{prefix}news", "x") == "0"
            assert "NOPERM" in server.ask(plugin, password, "GET", "plugin:another:k")
    finally:
        server.stop()
