"""Databases, caches and buckets from within pods: what Jobs made, what each plugin reaches, and what a loss does."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object
from rehearsal.live.data.config import Config
from rehearsal.live.data.estate import Estate, read_estate
from rehearsal.standins.aws.account.inventory import Inventory
from tests.live.conftest import LiveStack
from tests.live.exec import Done
from tests.wait import wait_for

ONE, OTHER = "my-wallet", "my-dashboard"
SAY = "const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);"
SQL = """
const { Client } = require('pg'); const { connection } = require('./database')
const client = new Client(connection(process.env.DATABASE_URL))
client.connect().then(() => client.query(process.argv[1])).then(({ rows }) => say(JSON.stringify(rows)))
  .catch((error) => { say(error.message); process.exitCode = 1 }).finally(() => client.end())
"""
CACHE = """
const Redis = require('ioredis'); const url = process.env.REDIS_URL.replace(/&?keyPrefix=[^&]*/, '')
const client = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: 3000, retryStrategy: null })
client.on('error', () => {})
client.call(...process.argv.slice(1)).then(say)
  .catch((error) => { say(error.message); process.exitCode = 1 }).finally(() => client.disconnect())
"""
UPLOAD = """
const { Uploads } = require('./uploads'); const [prefix, body] = process.argv.slice(1)
const uploads = new Uploads({ ...process.env, UPLOADS_PREFIX: prefix })
const send = async (method, url, options = {}) => {
  const answer = await fetch(await url, { method, signal: AbortSignal.timeout(5000), ...options })
  say(method, answer.status, method === 'GET' ? await answer.text() : '')
}
const file = { type: 'text/plain', bytes: body.length }
send('PUT', uploads.put('a.txt', file), { body, headers: { 'content-type': file.type } })
  .then(() => send('GET', uploads.get('a.txt')))
  .catch((error) => { say(error.cause?.message ?? error.message); process.exitCode = 1 })
"""


@pytest.fixture(scope="module")
def config(live: LiveStack) -> Config:
    """Of what serves in AWS's place."""
    return Config.read(live.cluster.folder / "data" / "config.json")


@pytest.fixture(scope="module")
def estate(config: Config) -> Estate:
    """What the played AWS has."""
    return read_estate(Inventory(config.inventory).items())


def pod_of(live: LiveStack, plugin: str) -> str:
    """A ready pod of a plugin."""

    def found() -> str:
        for pod in live.api.items("Pod"):
            ready = {one["type"]: one["status"] for one in pod["status"].get("conditions") or ()}.get("Ready")
            job = "job-name" in pod["metadata"].get("labels", {})
            leaves = "deletionTimestamp" in pod["metadata"]  # of a rollout just before
            if pod["metadata"]["namespace"] == namespace(plugin) and ready == "True" and not job and not leaves:
                return str(pod["metadata"]["name"])
        return ""

    return wait_for(f"a pod of {plugin}", found)


def node(live: LiveStack, plugin: str, script: str, *words: str) -> Done:
    """A script in a plugin's own container, with its environment, packages and trust."""
    return live.run(namespace(plugin), pod_of(live, plugin), "node", "-e", SAY + script, *words)


def jobs(live: LiveStack) -> list[Object]:
    """All of them."""
    found: list[Object] = live.api.request("GET", "/apis/batch/v1/jobs")["items"]
    return found


@contextmanager
def lost(config: Config, identifier: str) -> Generator[None]:
    """A database or a cache whose machine is away."""
    mark = config.lost / identifier
    mark.touch()
    try:
        yield
    finally:
        mark.unlink()


def test_schema_and_migration_jobs_complete_on_live_nodes(live: LiveStack) -> None:
    done = {job["metadata"]["name"].rpartition("-")[0] for job in jobs(live) if job["status"].get("succeeded")}
    assert {f"schema-{ONE}", f"migrate-{ONE}", "schema-base-svc", "migrate-base-svc"} <= done
    assert [job["metadata"]["name"] for job in jobs(live) if not job["status"].get("succeeded")] == []
    assert not [name for name in live.report["pods"]["played"] if name.startswith(("naap-schema/", "naap-pooler/"))]


def test_a_plugins_login_works_in_its_schema_and_in_no_other(live: LiveStack) -> None:
    own = node(live, ONE, SQL, "SELECT current_user AS who, current_schema() AS schema")
    (row,) = json.loads(own.output)
    assert (row["who"], row["schema"]) == ("my_wallet_app", "plugin_wallet"), own

    tables = "SELECT schemaname AS s, tablename AS t FROM pg_tables WHERE schemaname = 'plugin_dashboard'"
    found = json.loads(node(live, ONE, SQL, tables).output)
    assert found
    for table in found:
        read = node(live, ONE, SQL, f'TABLE "{table["s"]}"."{table["t"]}"')
        assert "permission denied for schema" in read.output
    assert "permission denied for schema" in node(live, ONE, SQL, "CREATE TABLE plugin_dashboard.x (n int)").output
    assert "permission denied for schema" in node(live, ONE, SQL, "CREATE TABLE plugin_wallet.x (n int)").output


def test_a_plugins_user_of_the_cache_has_its_own_keys_and_no_others(live: LiveStack) -> None:
    assert node(live, ONE, CACHE, "set", f"plugin:{ONE}:a", "1").output.strip() == "OK"
    assert "permissions to access" in node(live, ONE, CACHE, "get", f"plugin:{OTHER}:a").output
    assert "permissions to run" in node(live, ONE, CACHE, "keys", "*").output


def test_a_plugins_role_puts_and_gets_below_its_own_prefix_of_the_bucket_and_nowhere_else(live: LiveStack) -> None:
    own = node(live, ONE, UPLOAD, f"{ONE}/", "kept")
    assert own.output.split() == ["PUT", "200", "GET", "200", "kept"], own
    other = node(live, ONE, UPLOAD, f"{OTHER}/", "kept")
    assert re.findall(r"^(?:PUT|GET) \d+", other.output, re.MULTILINE) == ["PUT 403", "GET 403"], other


def test_a_pod_without_a_role_gets_no_credentials(live: LiveStack) -> None:
    script = "fetch('http://169.254.170.23/v1/credentials').then((answer) => say(answer.status), say)"
    assert node(live, ONE, script).output.strip() == "400"
    wearer = live.api.request("GET", f"/api/v1/namespaces/{namespace(ONE)}/pods/{pod_of(live, ONE)}")
    names = {one["name"] for one in wearer["spec"]["containers"][0]["env"]}
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in names
    dns = next(pod for pod in live.api.items("Pod") if pod["metadata"]["name"].startswith("coredns"))
    assert not [one for one in dns["spec"]["containers"][0].get("env") or () if one["name"].startswith("AWS_")]


def test_a_lost_primary_fails_requests_and_no_pod_and_is_back_within_seconds(
    live: LiveStack, config: Config, estate: Estate
) -> None:
    (primary,) = estate.instances
    before = pod_of(live, ONE)
    with lost(config, primary.identifier):
        wait_for("its loss to be felt", lambda: node(live, ONE, SQL, "SELECT 1").code != 0, seconds=30, every=1)
        assert pod_of(live, ONE) == before
    wait_for("the database again", lambda: node(live, ONE, SQL, "SELECT 1").code == 0, seconds=60, every=1)
    assert pod_of(live, ONE) == before


def test_a_lost_cache_comes_back_empty_and_pods_stay(live: LiveStack, config: Config, estate: Estate) -> None:
    (cache,) = estate.caches
    before = pod_of(live, ONE)
    assert node(live, ONE, CACHE, "set", f"plugin:{ONE}:gone", "1").output.strip() == "OK"
    with lost(config, cache.identifier):
        wait_for("its loss to be felt", lambda: node(live, ONE, CACHE, "get", f"plugin:{ONE}:gone").code != 0)
        assert pod_of(live, ONE) == before
    wait_for("the cache again", lambda: node(live, ONE, CACHE, "get", f"plugin:{ONE}:gone").code == 0, every=1)
    assert node(live, ONE, CACHE, "get", f"plugin:{ONE}:gone").output.strip() in ("", "null")
    assert pod_of(live, ONE) == before
