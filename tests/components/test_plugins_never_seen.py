"""Manifests that nobody has seen before, from the file to the real API server; and every entry in every state."""

import json
import random
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from plugins.commands.registry import add
from plugins.registry.parse import load_registry
from policies.evaluator import Evaluator
from policies.judge import judge_of
from policies.properties import plain
from policies.rule import Resource
from tests.components.plugins import build_plugins, make_plugins
from tests.components.recording import Recorded, assert_same_names
from tests.components.test_plugins_in_a_cluster import collection, objects
from tests.conftest import RunningControlPlane
from tests.planning.samples import altered
from tests.plugin_plans import plugin_plans, real_registry, registry_with
from tests.plugins.registries import MANIFESTS, REGISTRY

USERS = {"1k": 1_000, "10k": 10_000, "50k": 50_000, "100k": 120_000}
TYPICAL: Mapping[str, Any] = {"name": "typical", "version": "1.0.0", "backend": {"devPort": 4600}}
ODD: tuple[Mapping[str, Any], ...] = (
    {"name": "a", "version": "0.0.0", "backend": {}},
    {"name": "on", "version": "1.0.0", "backend": {"env": {"NO": "yes", "Y": "1e3", "NULL": "~"}}},
    {"name": "z" * 32, "version": "10.20.30-beta.1", "backend": {"apiPrefix": "api/v1/zzz/", "port": "4700"}},
    {
        "name": "greedy",
        "version": "1.0",
        "backend": {"resources": {"cpu": 4, "memory": "8Gi"}, "healthCheck": "/status/alive", "devPort": 65535},
        "database": {"type": "PostgreSQL", "schema": "backend/prisma/schema.prisma", "migrations": "./migrations"},
    },
    {
        "name": "frugal",
        "version": "v2.0.0",
        "backend": {"resources": {"cpu": "0.02", "memory": "70M"}, "port": 80, "env": ["LOG_LEVEL", "API_KEY"]},
        "dependencies": ["my-wallet", "nobody"],
    },
    {
        "name": "talkative",
        "version": "1.0.0",
        "description": "one\nline \x07 and another \u2028",
        "backend": {"env": {"LEVEL": 3, "ON": True, "PORT": "1", "WORDS": "a" * 4_000, "bad name": "x"}},
        "permissions": {"external": ["api.example.com", "203.0.113.0/24:5432", "not a host", "169.254.169.254:80"]},
        "frontend": {
            "entry": "dist/Talk_ative.v1.js",
            "routes": ["/talk", "/talk/:id/*"],
            "navigation": {"label": "T"},
        },
    },
    {"name": "only-a-face", "version": "3.2.1", "frontend": {"entry": "./x.js", "routes": ["/face"]}, "isCore": True},
    {
        "name": "broken-types",
        "version": "1.0.0",
        "icon": 7,
        "category": ["none"],
        "shell": "any",
        "rbac": None,
        "integrations": {"a": [[[{}]]]},
        "backend": {"devPort": 4.0, "apiPrefix": "/api/v1/broken/types/deep", "resources": "many"},
        "database": {"type": "mongodb"},
    },
)


def made_up(seed: int) -> Mapping[str, Any]:
    """A manifest drawn by lot, always the same for the same number."""
    draw = random.Random(seed)  # noqa: S311  # no secret: the same manifest every time
    name = f"lot-{seed}"
    backend = {
        "devPort": draw.choice([4008, 5_000 + seed, str(5_100 + seed)]),
        "apiPrefix": draw.choice([f"/api/v1/{name}", f"/api/v2/{name}/more", None]),
        "healthCheck": draw.choice(["/healthz", "/ready", "no path"]),
        "resources": draw.choice([{}, {"cpu": "0.25", "memory": "256Mi"}, {"cpu": "100m", "memory": "1Gi"}]),
        "env": draw.choice([{}, {"LOG_LEVEL": "debug"}, {"TOKEN": "t0ps3cret"}, ["A", "B"]]),
    }
    return {
        "name": name,
        "version": f"{draw.randint(0, 9)}.{draw.randint(0, 99)}.{draw.randint(0, 9)}",
        "backend": {key: value for key, value in backend.items() if value is not None},
        "database": draw.choice([None, {"type": "postgresql"}, {"type": "postgresql", "migrations": "m"}]),
        "frontend": draw.choice([None, {"entry": f"./{name}.js", "routes": [f"/{name}"]}]),
        "dependencies": draw.choice([None, [], {"required": ["base-svc"]}, ["community"]]),
    }


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The real registry and all of these, each added by the command."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(MANIFESTS, folder / "manifests")
    path = Path(shutil.copy(REGISTRY, folder / "registry.yaml"))
    for number, manifest in enumerate((TYPICAL, *ODD, *map(made_up, range(8)))):
        file = folder / f"{number}.json"
        file.write_text(json.dumps(manifest))
        add(path, file, image=None, name=None)
    return load_registry(path, production=True)


def of_new(registry: Registry) -> tuple[PluginSpec, ...]:
    known = real_registry().by_name
    return tuple(spec for spec in registry.plugins if spec.name not in known)


@pytest.fixture(scope="module")
def built(grown: Registry) -> Mapping[int, list[Recorded]]:
    """What is registered for the new ones in each tier."""
    values = {spec.name: dict.fromkeys(spec.secrets, "set-by-a-person") for spec in of_new(grown)}
    names = {spec.name for spec in of_new(grown)}
    found: dict[int, list[Recorded]] = {}
    for users in USERS.values():
        plans = {name: plan for name, plan in plugin_plans(users, grown).items() if name in names}
        found[users] = build_plugins(plans, values)
    return found


def test_every_one_of_them_becomes_an_entry(grown: Registry) -> None:
    assert len(of_new(grown)) == 1 + len(ODD) + 8
    assert {spec.name for spec in of_new(grown) if spec.backend is None} == {"only-a-face"}


@pytest.mark.parametrize("users", USERS.values(), ids=USERS)
def test_none_of_them_breaks_a_policy(users: int, built: Mapping[int, list[Recorded]]) -> None:
    judge_of.cache_clear()
    judge: Evaluator = judge_of("prod")
    found = [
        finding.message
        for record in built[users]
        if not record.name.startswith("poolers")
        for finding in judge.on_resource(
            Resource(type=record.type, name=record.name, urn=record.urn, props=plain(dict(record.inputs)))
        )
    ]
    assert found == []


@pytest.fixture(scope="module")
def admit(control_plane: RunningControlPlane) -> Iterator[Any]:
    """Submits objects without keeping them; raises what the API server says against one. Namespaces are kept."""
    made: set[str] = set()

    def submit(records: list[Recorded]) -> int:
        found = objects(records)
        for item in found:
            name = item["metadata"]["name"]
            if item["kind"] != "Namespace":
                control_plane.api.request("POST", collection(item), item, dryRun="All", fieldValidation="Strict")
            elif name not in made:
                control_plane.api.request("POST", collection(item), item, fieldValidation="Strict")
                made.add(name)
        return len(found)

    yield submit
    control_plane.remove(made)


@pytest.mark.parametrize("users", USERS.values(), ids=USERS)
def test_the_real_api_server_takes_every_object_of_them(
    users: int, built: Mapping[int, list[Recorded]], admit: Any
) -> None:
    assert admit(built[users]) > 150


@cache
def in_state(step: Lifecycle, users: int) -> list[Recorded]:
    specs = tuple(altered(spec, lifecycle=step) for spec in real_registry().plugins if not spec.core)
    return build_plugins(plugin_plans(users, registry_with(*specs)))


@pytest.mark.parametrize("users", USERS.values(), ids=USERS)
@pytest.mark.parametrize("step", [Lifecycle.DRAINING, Lifecycle.STOPPED, Lifecycle.ARCHIVED])
def test_the_real_api_server_takes_every_object_in_every_state(step: Lifecycle, users: int, admit: Any) -> None:
    assert admit(in_state(step, users)) > 60


def test_a_preview_announces_what_an_update_makes_of_them(grown: Registry) -> None:
    names = {spec.name for spec in of_new(grown)}
    values = {spec.name: dict.fromkeys(spec.secrets, "set-by-a-person") for spec in of_new(grown)}
    plans = {name: plan for name, plan in plugin_plans(120_000, grown).items() if name in names}

    assert_same_names(lambda: make_plugins(plans, values))
