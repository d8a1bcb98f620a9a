"""Manifests, real and odd, and what becomes of them."""

import json
import string
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.inputs.problem import InvalidInputError
from plugins.editing.text_edit import RegistryText
from plugins.importing.importer import Imported, import_manifest
from plugins.registry.manifest import parse_manifest
from plugins.registry.manifest_secrets import open_secrets, without_secrets
from plugins.registry.strict_yaml import read_yaml
from plugins.registry.taken import TakenNames
from tests.plugins.registries import MANIFESTS, parsed, problems_of

TAKEN = TakenNames(
    names=frozenset({"base-svc"}), ports=frozenset({4000}), shard_loads={0: 1}, with_backend=frozenset({"base-svc"})
)
FULL: dict[str, Any] = {
    "name": "odd",
    "version": "1.0.0",
    "frontend": {"entry": "./dist/odd.js", "routes": ["/odd"], "navigation": {"label": "Odd"}},
    "backend": {"devPort": 4001, "apiPrefix": "/api/v1/odd"},
}


def imported(**changes: Any) -> Imported:
    """FULL with fields changed; None removes one."""
    manifest = {key: value for key, value in {**FULL, **changes}.items() if value is not None}
    return import_manifest(manifest, file="plugin.json", taken=TAKEN)


def with_backend(**changes: Any) -> Imported:
    return imported(backend={**FULL["backend"], **changes})


def said(found: Imported, word: str) -> bool:
    return any(word in line for line in (*found.derived, *found.wrong))


def test_importing_twice_gives_the_same_entry() -> None:
    assert imported() == imported()


def test_what_real_manifests_get_wrong_is_said() -> None:
    wrong = {
        path.name: "\n".join(import_manifest(parse_manifest(path.read_bytes(), file="x"), file="x", taken=TAKEN).wrong)
        for path in MANIFESTS.glob("*.json")
    }
    assert "isCore true is in no type" in wrong["community.plugin.json"]
    assert "icon BrainCircuit is in no type" in wrong["intelligent-dashboard.plugin.json"]
    assert "category example is outside the enum" in wrong["intelligent-dashboard.plugin.json"]
    assert "category media is outside the enum" in wrong["daydream-video.plugin.json"]
    assert "cpu 0.25 is written as 250m" in wrong["my-wallet.plugin.json"]
    assert "port 4108 is never listened on" in wrong["my-wallet.plugin.json"]
    assert "path of a Prisma file" in wrong["my-dashboard.plugin.json"]
    assert "path of a Prisma file" not in wrong["service-gateway.plugin.json"]


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    found = with_backend(devPort=4000)
    assert found.entry["port"] == 4001
    assert said(found, "4000 is taken")


@pytest.mark.parametrize("port", [80, None, "x", -1, 1.5, True, 10**9, [4001], "٤٠٠١"])
def test_a_port_that_is_none_is_replaced_by_a_free_one(port: object) -> None:
    assert with_backend(devPort=port, port=None).entry["port"] == 4001


def test_a_port_as_text_is_taken_for_the_number() -> None:
    found = with_backend(devPort="4007")
    assert found.entry["port"] == 4007
    assert said(found, "without quotes")


@pytest.mark.parametrize("port", ["00000999999", "999999", 70_000, "4e3"])
def test_a_port_out_of_range_is_said_and_replaced(port: object) -> None:
    found = with_backend(devPort=port)
    assert found.entry["port"] == 4001
    assert said(found, f"devPort {port} is no whole number from 1 to 65535: ignored")
    assert said(found, "port: 4001 (the manifest names none that it could have")


@pytest.mark.parametrize("stated", ["/a?full=1", "/" + "a" * 64, ("/" + "a" * 60) * 3, ("/" + "a" * 60) * 4])
def test_a_health_check_that_no_entry_may_have_is_replaced_and_said(stated: str) -> None:
    found = with_backend(healthCheck=stated)
    assert "probes" not in found.entry
    assert said(found, "is no plain path of at most 128 characters: /healthz is asked")


def test_what_stands_for_something_else_when_cut_is_not_cut() -> None:
    long = "/api/v1/odd" + "/x" * 200
    assert with_backend(apiPrefix=long).entry["apiPrefix"] == long
    image = "ghcr.io/" + "a" * 380 + ":1.0.0-and-more"
    found = with_backend(image=image)
    assert found.entry["image"].startswith("ghcr.io/livepeer/naap-odd:1.0.0@")
    assert said(found, "at most 400 characters: a placeholder stands in")


def test_an_image_without_digest_is_said_to_lack_what_production_demands() -> None:
    assert said(with_backend(image="ghcr.io/team/odd:1"), "production demands its digest")
    chosen = {**FULL, "backend": {**FULL["backend"], "image": "ghcr.io/team/odd:1"}}
    found = import_manifest(chosen, file="x", taken=TAKEN, image="ghcr.io/team/other:2")
    assert found.entry["image"] == "ghcr.io/team/other:2"
    assert said(found, "chosen by --image; the manifest names ghcr.io/team/odd:1")


def test_a_manifest_as_large_as_one_may_be_is_read_in_a_moment() -> None:
    """40,000 routes: time that grew with the square of their number would be some 20 seconds."""
    start = time.process_time()
    imported(frontend={"routes": [f"/{number}" for number in range(40_000)]})
    assert time.process_time() - start < 5


def test_a_missing_prefix_is_made_from_the_name() -> None:
    found = with_backend(apiPrefix=None)
    assert found.entry["apiPrefix"] == "/api/v1/odd"
    assert said(found, "apiPrefix: /api/v1/odd")
    assert with_backend(apiPrefix="api/v1/odd/").entry["apiPrefix"] == "/api/v1/odd"


@pytest.mark.parametrize(
    ("stated", "cpu"),
    [("0.25", "250m"), ("250m", "250m"), (0.5, "500m"), (1, "1000m"), ("1.5", "1500m"), ("lots", None), ({}, None)],
)
def test_cpu_is_understood_in_every_usual_form(stated: object, cpu: str | None) -> None:
    assert with_backend(resources={"cpu": stated}).entry.get("resources", {}).get("cpu") == cpu


@pytest.mark.parametrize(
    ("stated", "memory"),
    [
        ("256Mi", "256Mi"), ("1Gi", "1Gi"), ("512MB", "489Mi"), ("1g", "954Mi"), (268435456, "256Mi"),
        ("0.5Gi", "512Mi"), ("lots", None), (True, None), ("0Mi", None),
    ],
)  # fmt: skip
def test_memory_is_understood_in_every_usual_form(stated: object, memory: str | None) -> None:
    assert with_backend(resources={"memory": stated}).entry.get("resources", {}).get("memory") == memory


def test_a_schema_goes_to_the_least_loaded_shard_and_stays_there() -> None:
    found = imported(database={"type": "postgresql", "schema": "plugin_odd"})
    assert found.entry["database"] == {"schema": "plugin_odd", "shard": 1}
    assert said(found, "least loaded of 4")


def test_a_database_of_another_kind_is_left_out_and_said() -> None:
    found = imported(database={"type": "mongodb"})
    assert "database" not in found.entry
    assert said(found, "mongodb is no PostgreSQL")


def test_what_migrates_is_asked_for_and_never_guessed() -> None:
    found = imported(database={"schema": "backend/prisma/schema.prisma", "migrations": "./m"})
    assert "migrate" not in found.entry["database"]
    assert said(found, "no manifest says what its image holds")


def test_variables_are_sorted_into_plain_ones_secrets_and_the_platforms_own() -> None:
    found = with_backend(
        env={
            "LOG_LEVEL": "info",
            "DEBUG": True,
            "PORT": "1",
            "STRIPE_API_KEY": "sk-aaaaaaaaaaaaaaaaaaaa",
            "bad name": 1,
        }
    )
    assert found.entry["env"] == {"LOG_LEVEL": "info", "DEBUG": "true"}
    assert found.entry["secrets"] == ["STRIPE_API_KEY"]
    assert not said(found, "sk-aaaa")
    assert with_backend(env=["STRIPE_API_KEY", "PORT", "LEVEL"]).entry["secrets"] == ["STRIPE_API_KEY"]


def test_of_a_variable_that_stands_twice_the_first_is_taken_and_it_is_said() -> None:
    found = with_backend(env=["A=1", "A=2", "B_TOKEN", "B_TOKEN"])
    assert (found.entry["env"], found.entry["secrets"]) == ({"A": "1"}, ["B_TOKEN"])
    assert said(found, "env A stands twice")
    assert said(found, "env B_TOKEN stands twice")


def test_a_plugin_without_backend_gets_a_frontend_only() -> None:
    found = imported(backend=None, database={"schema": "x"})
    assert set(found.entry) == {"version", "frontend"}
    assert said(found, "of no use without a backend")


def test_what_pods_alone_would_need_is_said_of_a_plugin_without_them() -> None:
    found = imported(backend=None, dependencies={"plugins": []}, permissions={"external": ["x.com"], "apis": ["base"]})
    assert set(found.entry) == {"version", "frontend"}
    for field in ("dependencies", "permissions.external", "permissions.apis"):
        assert any(line.startswith(field) and "of no use without a backend" in line for line in found.wrong)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"colour": "blue"}, "colour"),
        ({"backend": {**FULL["backend"], "replicas": 3}}, "backend.replicas"),
        ({"backend": {**FULL["backend"], "resources": {"cpu": "250m", "disk": "10Gi"}}}, "backend.resources.disk"),
        ({"frontend": {**FULL["frontend"], "styles": "odd.css"}}, "frontend.styles"),
        ({"frontend": {"navigation": {"label": "Odd", "badge": 1}}}, "frontend.navigation.badge"),
        ({"database": {"type": "postgresql", "poolSize": 5}}, "database.poolSize"),
        ({"permissions": {"camera": True}}, "permissions.camera"),
        ({"dependencies": {"optional": ["x"]}}, "dependencies.optional"),
    ],
)
def test_a_field_that_nobody_knows_is_said_wherever_it_stands(changes: dict[str, Any], path: str) -> None:
    lines = [line for line in imported(**changes).wrong if "is no field that an entry is made from" in line]
    assert lines == [f"{path} is no field that an entry is made from: left out"]


def test_known_fields_that_no_entry_has_are_said_in_one_line() -> None:
    found = imported(
        rbac={},
        category="finance",
        backend={**FULL["backend"], "entry": "x"},
        permissions={"shell": []},
        integrations={},
    )
    assert "not used: backend.entry, category, integrations, permissions.shell, rbac" in "\n".join(found.derived)
    assert not found.wrong


def test_a_value_that_looks_like_a_secret_is_kept_nowhere_wherever_it_stands() -> None:
    manifest = {
        "config": {"schema": {"token": {"type": "string", "secret": True}, "url": "postgres://u:hunter2@db/x"}},
        "database": {"password": "hunter2", "seed": "./seed.ts"},
        "permissions": {"external": ["x.com", "https://u:hunter2@x.com"]},
        "keys": [{"apiKey": "hunter2"}, {"postgres://u:hunter2@db/x": 1, "apiKey": ""}],
    }
    assert open_secrets(manifest) == (
        "config.schema.url", "database.password", "permissions.external", "keys.apiKey", "(not shown: may be secret)",
    )  # fmt: skip
    assert without_secrets(manifest) == {
        "config": {"schema": {"token": {"type": "string", "secret": True}}},
        "database": {"seed": "./seed.ts"},
        "permissions": {"external": ["x.com"]},
        "keys": [{}, {"apiKey": ""}],
    }
    found = imported(**manifest, backend=None)
    assert not said(found, "hunter2")


def test_what_is_left_out_with_its_section_is_said_once() -> None:
    for changes in ({"database": {"type": "mysql", "schema": "x"}}, {"frontend": {"navigation": {"icon": "X"}}}):
        assert len(imported(**changes).wrong) == 1


def test_a_menu_without_label_gets_the_display_name_and_says_so() -> None:
    found = imported(displayName="Odd One", frontend={"navigation": {"icon": "X"}})
    assert found.entry["frontend"]["navigation"] == {"label": "Odd One", "icon": "X"}
    assert said(found, "the menu has no label")


def test_odd_routes_and_menus_are_left_out_and_said() -> None:
    found = imported(
        frontend={"entry": 5, "routes": ["", "/ok", "no", "/a b", 7, "/ok"], "navigation": {"order": "first"}}
    )
    assert found.entry["frontend"] == {"bundle": "odd.js", "routes": ["/ok"]}
    for word in ('routes "" is no plain path', "routes no is no plain path", "routes /ok stands twice: kept once"):
        assert said(found, word)


def test_no_route_call_or_host_beyond_what_an_entry_may_list_is_left_out_in_silence() -> None:
    """The entry has them all, and the registry's rules refuse it."""
    names = [f"p{number}" for number in range(60)]
    changes = {
        "frontend": {"routes": [f"/{name}" for name in names]},
        "permissions": {"external": [f"{name}.x.com" for name in names]},
        "dependencies": {"required": names},
    }
    taken = replace(TAKEN, with_backend=frozenset(names))
    found = import_manifest({**FULL, **changes}, file="plugin.json", taken=taken)
    problems = {problem.field: problem for problem in problems_of({found.name: found.entry}, production=False)}
    for field in ("frontend.routes", "network.calls", "network.egress"):
        assert "at most 50 items" in problems[field].rule
        assert problems[field].fix == "there are 60: leave some out"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None}, {"name": "Odd Name"}, {"name": 5}, {"name": "a" * 40}, {"name": "a\n"}, {"name": "-a"},
        {"version": None}, {"version": "latest"}, {"version": {}}, {"version": True}, {"version": "1.0.0\n2"},
        {"version": "1\u0660.0.0"},
        {"frontend": None, "backend": None}, {"frontend": 5, "backend": "x"},
    ],
)  # fmt: skip
def test_a_manifest_from_which_no_entry_can_be_made_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        imported(**changes)


def test_all_that_makes_an_entry_impossible_is_said_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        imported(name="Odd Name", version="latest", frontend=None, backend="x")
    assert [(problem.field, problem.value) for problem in caught.value.problems] == [
        ("name", "Odd Name"), ("version", "latest"), ("backend, frontend", "x"),
    ]  # fmt: skip


@pytest.mark.parametrize(("stated", "version"), [("v1.2.3", "1.2.3"), ("1.2", "1.2.0"), (2, "2.0.0"), (1.5, "1.5.0")])
def test_a_version_in_another_form_is_completed_and_said(stated: object, version: str) -> None:
    found = imported(version=stated)
    assert found.entry["version"] == version
    assert said(found, "no semantic version")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "valid JSON"), (b"[]", "one JSON object"), (b'"x"', "one JSON object"), (b"{", "line 1"),
        (b'{"a": 1, "a": 2}', "stands twice"), (b"\xff\xfe", "UTF-8"), (b"[" * 100_000, "deep"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "deep"), (b'{"a": NaN}', "NaN"), (b'{"a": 1e999}', "1e308"),
        (b'{"a": "\\ud800"}', "surrogate"), (b'{"\\udfff": 1}', "surrogate"), (b"9" * 5000, "JSON"),
        (b"\x00\x01\x02", "JSON"), (b'{"a": ' + b"9" * 5000 + b"}", "JSON"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_manifest_are_refused(data: bytes, word: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_manifest(data, file="plugin.json")
    assert word in str(caught.value)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse_manifest(b"\xef\xbb\xbf{}", file="x") == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
TOP = ["displayName", "database", "dependencies", "permissions", "isCore", "icon", "category", "lifecycle", "frontend"]
BACKEND = ["devPort", "port", "healthCheck", "apiPrefix", "env", "resources", "image", "type", "schema", "migrations"]
FRONTEND = ["entry", "routes", "navigation", "label", "order", "group", "icon", "cpu", "memory", "external", "required"]
WITHIN = [*BACKEND, *FRONTEND]
WORDS = st.sampled_from(
    ["/api/v1/x", "/a/*", "0.25", "256Mi", "./a/b.js", "1.0", "x.org", "PORT", "A_SECRET", "\u2028"]
)
NEAR = st.recursive(
    JSON | WORDS | st.text(alphabet=string.printable, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*BACKEND, *FRONTEND]), inner, max_size=5)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(TOP), NEAR, max_size=5),
    st.dictionaries(st.sampled_from(BACKEND), NEAR, max_size=6),
    st.dictionaries(st.sampled_from(FRONTEND), NEAR, max_size=4),
)
def test_no_manifest_ends_in_a_traceback(
    extra: dict[str, Any], backend: dict[str, Any], frontend: dict[str, Any]
) -> None:
    """What the import makes of it either passes every rule or is refused with problems."""
    manifest = {"name": "fuzz", "version": "1.0.0", "backend": backend, "frontend": frontend, **extra}
    data = json.dumps(manifest).encode()
    try:
        found = import_manifest(parse_manifest(data, file="x"), file="x", taken=TAKEN)
        text = RegistryText(text="plugins:\n  a:\n    version: 1.0.0\n", file="x").append(found.name, found.entry)
        again, _ = read_yaml(text, "x")
        assert again["plugins"][found.name] == found.entry
        parsed({found.name: found.entry}, production=False)
    except InvalidInputError as error:
        assert error.problems
        assert str(error).isprintable() or "\n" in str(error)


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | JSON.map(lambda value: json.dumps(value).encode())
)
def test_no_bytes_end_in_a_traceback(data: bytes) -> None:
    try:
        manifest = parse_manifest(data, file="x")
        import_manifest(manifest, file="x", taken=TAKEN)
    except InvalidInputError as error:
        assert error.problems


def test_what_a_manifest_asks_of_the_device_reaches_the_entry_and_what_nobody_knows_is_said() -> None:
    found = imported(permissions={"browser": ["camera", "microphone", "telepathy"]})
    assert found.entry["frontend"]["permissions"] == ["camera", "microphone"]
    assert any("permissions.browser telepathy is none of camera" in line for line in found.wrong), found.wrong


def test_the_real_video_plugin_may_ask_for_the_camera() -> None:
    data = (MANIFESTS / "daydream-video.plugin.json").read_bytes()
    found = import_manifest(parse_manifest(data, file="plugin.json"), file="plugin.json", taken=TAKEN)
    assert found.entry["frontend"]["permissions"] == ["camera", "microphone", "display-capture"]
