"""The real registry: what it says of each service, and the files around it."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from planning.inputs.registry.registry_entry import PluginSpec, Registry
from plugins.importing.backend import placeholder_image
from plugins.registry.parse import load_registry
from plugins.registry.registry_file import RegistryFile, json_schema
from tests.plugins.registries import MANIFESTS, REGISTRY, backend, text_of


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(REGISTRY, production=True)


def plugin(registry: Registry, name: str) -> PluginSpec:
    return next(each for each in registry.plugins if each.name == name)


def accepts(document: dict[str, Any], value: Any) -> bool:
    checker = jsonschema.Draft202012Validator(document)
    return checker.is_valid(value)  # pyright: ignore[reportUnknownMemberType]  # partly untyped in jsonschema


def test_every_service_listens_where_upstream_says(registry: Registry) -> None:
    found = {
        each.name: (each.backend.port, each.backend.api_prefix) for each in registry.plugins if each.backend is not None
    }
    assert found == {
        "base-svc": (4000, "/api/v1"),
        "plugin-server": (3100, "/api/v1/plugin-server"),
        "web-next": (3000, "/"),
        "my-wallet": (4008, "/api/v1/wallet"),
        "my-dashboard": (4009, "/api/v1/my-dashboard"),
        "daydream-video": (4111, "/api/v1/daydream"),
        "community": (4006, "/api/v1/community"),
        "developer-api": (4007, "/api/v1/developer"),
        "service-gateway": (4116, "/api/v1/ssh-bridge"),
    }


def test_every_service_has_the_schema_that_its_code_names(registry: Registry) -> None:
    assert {each.name: each.database.schema_name for each in registry.plugins if each.database} == {
        "base-svc": "public",
        "web-next": "plugin_orchestrator_leaderboard",
        "my-wallet": "plugin_wallet",
        "my-dashboard": "plugin_dashboard",
        "daydream-video": "plugin_daydream",
        "community": "plugin_community",
        "developer-api": "plugin_developer_api",
        "service-gateway": "plugin_service_gateway",
    }


def test_only_services_that_use_redis_have_a_cache_user(registry: Registry) -> None:
    assert [each.name for each in registry.plugins if each.cache] == [
        "base-svc",
        "web-next",
        "my-wallet",
        "my-dashboard",
    ]


def test_plugin_server_has_upstreams_sizes_with_memory_promised_in_full(registry: Registry) -> None:
    backend_spec = plugin(registry, "plugin-server").backend
    assert backend_spec
    sizes = backend_spec.resources
    assert (sizes.cpu_request_m, sizes.cpu_limit_m, sizes.memory_mib) == (100, 500, 512)
    assert backend_spec.env == {"PLUGIN_SERVER_PORT": "3100"}


def test_only_the_service_with_state_in_memory_is_a_singleton(registry: Registry) -> None:
    backends = [(each.name, each.backend) for each in registry.plugins if each.backend]
    assert [name for name, each in backends if each.scaling.singleton] == ["service-gateway"]
    assert [name for name, each in backends if each.rewrite_prefix == "/"] == ["plugin-server", "service-gateway"]
    assert [name for name, each in backends if each.cron] == ["my-wallet"]
    assert [name for name, each in backends if each.auth.session_affinity] == ["base-svc"]


def test_a_frontend_alone_has_no_backend(registry: Registry) -> None:
    found = plugin(registry, "intelligent-dashboard")
    assert found.backend is None
    assert found.frontend
    assert found.frontend.bundle == "intelligent-dashboard.js"


def test_foreign_keys_stay_on_one_shard(registry: Registry) -> None:
    shards = {each.database.schema_name: each.database.shard for each in registry.plugins if each.database}
    for each in registry.plugins:
        for grant in each.database.grants if each.database else ():
            assert shards[grant.schema_name] == (each.database.shard if each.database else None)
    assert set(shards.values()) == {0, 2}


def test_egress_always_states_its_port(registry: Registry) -> None:
    targets = [target for each in registry.plugins if each.backend for target in each.backend.network.egress]
    assert "api.daydream.live:443" in targets
    assert all(target.rpartition(":")[2].isdigit() for target in targets)


def test_pods_read_the_manifest_that_their_author_wrote(registry: Registry) -> None:
    manifests = sorted(MANIFESTS.glob("*.plugin.json"))
    assert len(manifests) == 8
    for path in manifests:
        name = path.name.removesuffix(".plugin.json")
        assert plugin(registry, name).manifest == json.loads(path.read_text())
    assert plugin(registry, "base-svc").manifest["backend"] == {
        "devPort": 4000,
        "port": 4000,
        "apiPrefix": "/api/v1",
    }


def test_placeholder_digests_are_what_the_file_says_they_are(registry: Registry) -> None:
    assert "PLACEHOLDERS" in REGISTRY.read_text()
    for each in registry.plugins:
        if each.backend:
            digest = hashlib.sha256(f"placeholder:{each.name}:{each.version}".encode()).hexdigest()
            assert each.backend.image == f"ghcr.io/livepeer/naap-{each.name}:{each.version}@sha256:{digest}"
            assert each.backend.image == placeholder_image(each.name, each.version)


def test_the_committed_schema_is_current_and_editors_are_told_of_it() -> None:
    committed = json.loads((REGISTRY.parent / "registry.schema.json").read_text())
    assert committed == json_schema(), "run: naap plugin schema > plugins/registry.schema.json"
    assert REGISTRY.read_text().startswith("# yaml-language-server: $schema=registry.schema.json\n")


def test_the_schema_accepts_the_registry_and_refuses_what_the_loader_refuses() -> None:
    document = json_schema()
    assert accepts(document, yaml.safe_load(REGISTRY.read_text()))
    for field, value in (("prot", 1), ("port", 80), ("version", 1.0), ("share", 2), ("lifecycle", "gone")):
        spoiled = {"plugins": {"x": {**backend("x", 4001), field: value}}}
        assert not accepts(document, spoiled), field
    assert not accepts(document, {"plugins": {"Not_A_Label": backend("x", 4001)}})


def test_every_field_says_what_it_is_and_shows_an_example() -> None:
    document = json_schema()
    models = {"RegistryFile": document, **document["$defs"]}
    for name, model in models.items():
        for field, about in model["properties"].items():
            assert about.get("description"), f"{name}.{field}"
            assert about.get("examples"), f"{name}.{field}"


def test_every_example_is_right() -> None:
    models = json_schema()["$defs"]
    for name, model in models.items():
        for field, about in model["properties"].items():
            for example in about["examples"]:
                assert accepts({**about, "$defs": models}, example), f"{name}.{field}: {example}"
    RegistryFile.model_validate({"plugins": {}})


def test_a_thousand_entries_load_in_less_than_a_second(tmp_path: Path) -> None:
    entries = {
        f"plugin-number-{number}": backend(
            f"plugin-number-{number}",
            10_000 + number,
            database={"schema": f"plugin_{number}", "shard": number % 4},
            frontend={"bundle": "index.js", "routes": [f"/p{number}", f"/p{number}/*"], "navigation": {"label": "P"}},
            resources={"cpu": "250m", "memory": "256Mi"},
            cache={},
        )
        for number in range(1000)
    }
    path = tmp_path / "registry.yaml"
    path.write_text(text_of(entries))

    def seconds() -> float:
        # Of this process alone: other programs on the machine don't count.
        start = time.process_time()
        assert len(load_registry(path, production=True).plugins) == 1000
        return time.process_time() - start

    assert min(seconds() for _ in range(3)) < 1
