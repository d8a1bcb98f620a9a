"""Which example stands in for which image of the registry."""

from pathlib import Path

from planning.inputs.registry.data_sections import Database, Migrate
from planning.inputs.registry.frontend import Build, Frontend
from rehearsal.live.images.examples import BASE, BUNDLE, PLUGIN, SHELL, StandIn, bundles, migrations, stand_ins
from tests.planning.samples import altered, plugin, registry
from tests.plugin_plans import real_registry


def test_every_image_of_the_registry_that_serves_has_an_example_for_it() -> None:
    found = stand_ins(real_registry())
    images = {spec.backend.image.partition("@")[0]: spec.name for spec in real_registry().plugins if spec.backend}
    assert found.keys() == images.keys()
    folders = {images[image]: stand_in.folder for image, stand_in in found.items()}
    assert (folders.pop("base-svc"), folders.pop("web-next")) == (BASE, SHELL)
    assert set(folders.values()) == {PLUGIN}


def test_an_example_answers_where_the_gateway_and_the_probes_ask_the_one_that_it_stands_in_for() -> None:
    found = {image.rpartition("/")[2]: one.environment for image, one in stand_ins(real_registry()).items()}
    assert found["naap-my-wallet:1.0.0"] == {"API_PREFIX": "/api/v1/wallet", "HEALTH_PATH": "/healthz"}
    assert found["naap-service-gateway:1.0.0"]["API_PREFIX"] == "/", "which is what the gateway rewrites it to"
    assert found["naap-web-next:0.0.1"] == {"IMMUTABLE_PATH": "/_next/static"}


def test_an_image_has_the_programs_files_and_neither_tests_nor_packages_of_a_checkout(tmp_path: Path) -> None:
    for name in ("server.js", "pages/index.html", "test/app.test.js", "node_modules/pg/package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(StandIn(folder=tmp_path).files()) == ["/app/backend/pages/index.html", "/app/backend/server.js"]


def test_each_schema_is_migrated_to_what_the_example_in_its_place_needs() -> None:
    (files,) = migrations(real_registry()).values()
    schemas = {path.split("/")[2] for path in files if path.startswith("/migrations/")}
    assert schemas == {
        spec.database.schema_name for spec in real_registry().plugins if spec.database and spec.database.migrate
    }
    assert 'CREATE TABLE "User"' in files["/migrations/public/0001_users.sql"]
    assert "CREATE TABLE notes" in files["/migrations/plugin_wallet/0001_notes.sql"]
    assert files["/usr/local/bin/migrate"].startswith("#!/bin/sh")


def test_tables_that_others_have_grants_on_are_there_with_their_columns() -> None:
    (files,) = migrations(real_registry()).values()
    made = files["/migrations/public/0001_users.sql"]
    granted = [grant for spec in real_registry().plugins if spec.database for grant in spec.database.grants]
    assert granted
    for grant in granted:
        _, _, table = made.partition(f'CREATE TABLE "{grant.table}" (')
        body = table.partition("\n);")[0]
        assert body, grant.table
        assert all(column in body.replace('"', " ").split() for column in grant.columns)


def test_what_migrates_by_a_program_of_its_own_image_has_no_example_but_the_examples_own() -> None:
    def entry(*command: str) -> str:
        database = Database(schema_name="plugin_x", shard=0, migrate=Migrate(command=command))
        return " ".join(stand_ins(registry(plugin("x", database=database))))

    assert entry("node_modules/.bin/prisma", "migrate", "deploy") == ""
    assert entry("node", "migrate.js") == "ghcr.io/naap/x:1.0.0"
    assert migrations(registry(plugin("x"))) == {}


def test_a_bundle_stands_in_where_none_was_measured() -> None:
    measured = Build(gzip_bytes=1, integrity=f"sha384-{'A' * 64}")
    one = altered(plugin("one"), frontend=Frontend(bundle="one.js"))
    other = altered(plugin("other"), frontend=Frontend(bundle="other.js", builds={"1.0.0": measured}))
    assert bundles(registry(one, other)) == {"bundles/one/1.0.0/one.js": BUNDLE}
