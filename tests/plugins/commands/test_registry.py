"""`naap plugin` as people run it: what it prints, what it changes, how it exits."""

import base64
import io
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from naap.__main__ import main
from planning.edge.shell_documents import plan_shell_documents
from plugins.registry.parse import load_registry
from tests.doctor.test_image_registry import registry as image_registry
from tests.plugin_plans import settings
from tests.plugins.commands.test_installs_api import Platform, platform
from tests.plugins.registries import MANIFESTS, REGISTRY, ROOT

__all__ = ["platform"]  # a fixture of that file


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A copy of the real registry."""
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    return Path(shutil.copy(REGISTRY, tmp_path / "registry.yaml"))


@dataclass(frozen=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


WITHOUT = {"schema", "--help"}
"""What no registry is given to."""


def run(*arguments: str, registry: Path = REGISTRY) -> Ran:
    """The command within this process: what it prints and how it exits."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["plugin", *arguments, *([] if set(arguments) & WITHOUT else ["--registry", str(registry)])])
    return Ran(code, out.getvalue(), err.getvalue())


def run_program(*arguments: str, encoding: str = "utf-8", stdout: int = subprocess.PIPE) -> Ran:
    """The command as a program of its own, from the project's folder."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "naap", "plugin", *arguments]
    found = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=300
    )
    return Ran(found.returncode, (found.stdout or b"").decode(encoding), found.stderr.decode(encoding))


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAAP_TOKEN", raising=False)


def manifest(tmp_path: Path, **fields: object) -> str:
    path = tmp_path / "plugin.json"
    full = {"name": "new-one", "version": "1.0.0", "backend": {"devPort": 4000, "apiPrefix": "/api/v1/new-one"}}
    path.write_text(json.dumps({**full, **fields}))
    return str(path)


def test_a_dependency_that_has_stopped_is_left_out_and_said(registry: Path, tmp_path: Path) -> None:
    stopped = "    lifecycle: stopped\n    installs: {active: 0, counted: 2026-01-31}\n    displayName: Community Hub\n"
    registry.write_text(registry.read_text().replace("    displayName: Community Hub\n", stopped))
    found = run("add", manifest(tmp_path, dependencies={"required": ["community"]}), registry=registry)
    assert (found.returncode, found.stderr) == (0, "")
    assert "community has no backend that answers" in found.stdout


def test_the_program_exits_0_when_all_is_well_and_says_so() -> None:
    found = run_program("validate", "--production")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "plugins/registry.yaml: 11 entries, 9 with pods; all rules hold.\n"


def test_the_program_exits_2_on_wrong_input_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("plugins:\n  caf\u00e9: {version: \u2028}\n  a: [\n", encoding="utf-8")
    for encoding in ("utf-8", "ascii"):
        found = run_program("validate", "--registry", str(tmp_path / "registry.yaml"), encoding=encoding)
        assert (found.returncode, found.stdout) == (2, "")
        assert "Traceback" not in found.stderr
        assert "nothing was changed" in found.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    found = run_program("schema", stdout=write)
    os.close(write)
    assert (found.returncode, found.stderr) == (0, "")


def test_the_real_registry_is_valid_for_production() -> None:
    found = run("validate", "--production")
    assert (found.returncode, found.stderr) == (0, "")
    assert "11 entries, 9 with pods; all rules hold." in found.stdout


def test_errors_go_to_standard_error_all_at_once_with_exit_code_2(registry: Path) -> None:
    registry.write_text(registry.read_text().replace("port: 4009", "port: 4008").replace("share", "shrae", 1))
    text = registry.read_text().replace("    cron: true", "    kron: true\n    cron: 5")
    registry.write_text(text)
    found = run("validate", registry=registry)
    assert (found.returncode, found.stdout) == (2, "")
    for part in (
        "3 problems",
        "a port belongs to one entry",
        "my-wallet · kron",
        "did you mean cron?",
        "my-wallet · cron",
        "rule:",
        "fix:",
    ):
        assert part in found.stderr


def test_the_list_fits_eighty_columns() -> None:
    found = run("list")
    assert found.returncode == 0
    lines = found.stdout.splitlines()
    assert len(lines) == 12
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == ["base-svc", "1.0.0", "4000", "/api/v1", "public", "active"]


def test_the_printed_schema_is_the_committed_one() -> None:
    assert run("schema").stdout == (REGISTRY.parent / "registry.schema.json").read_text()


def test_adding_keeps_the_file_and_says_what_was_decided(registry: Path, tmp_path: Path) -> None:
    before = registry.read_text()
    found = run("add", manifest(tmp_path, isCore=True, database={"schema": "plugin_new_one"}), registry=registry)
    assert found.returncode == 0, found.stderr
    assert registry.read_text().startswith(before)
    for part in ("Added new-one", "4000 is taken", "least loaded", "isCore true"):
        assert part in found.stdout
    entry = next(each for each in load_registry(registry, production=True).plugins if each.name == "new-one")
    assert entry.backend
    assert entry.backend.port == 4001
    assert entry.database
    assert entry.database.shard == 1
    assert (tmp_path / "manifests" / "new-one.plugin.json").read_bytes() == (tmp_path / "plugin.json").read_bytes()


SECRETS = {"DATABASE_URL": "postgresql://u:hunter2@db/x", "STRIPE_SECRET": "s3cr3t", "stripe_token": {"a": "s3cr3t"}}


@pytest.mark.parametrize(
    "env",
    [
        {**SECRETS, "LEVEL": "info"},
        [*(f"{key}={value}" for key, value in SECRETS.items()), "LEVEL"],
        [*({"name": key, "value": value} for key, value in SECRETS.items()), {"name": "LEVEL", "value": "info"}],
        ["LEVEL", "postgresql://u:hunter2@db/x"],
    ],
)
def test_a_secret_of_a_manifest_is_kept_nowhere_and_shown_nowhere(registry: Path, tmp_path: Path, env: object) -> None:
    source = tmp_path / "sources"
    source.mkdir()
    file = manifest(source, backend={"devPort": 4099, "apiPrefix": "/api/v1/new-one", "env": env})
    found = run("add", file, registry=registry)
    assert found.returncode == 0, found.stderr
    assert "Left out of the manifest that is kept" in found.stdout
    kept = tmp_path / "manifests" / "new-one.plugin.json"
    for text in (found.stdout, registry.read_text(), kept.read_text()):
        assert "hunter2" not in text
        assert "s3cr3t" not in text
    assert "LEVEL" in kept.read_text()
    assert run("validate", registry=registry).returncode == 0

    shutil.copy(file, kept)
    again = run("validate", registry=registry)
    assert again.returncode == 2
    assert "manifests/new-one.plugin.json · backend.env." in again.stderr
    assert "hunter2" not in again.stderr
    assert "s3cr3t" not in again.stderr


def test_adding_what_is_there_changes_nothing(registry: Path, tmp_path: Path) -> None:
    path = manifest(tmp_path)
    assert run("add", path, registry=registry).returncode == 0
    before = registry.read_bytes()
    found = run("add", path, registry=registry)
    assert found.returncode == 2
    assert "already there" in found.stderr
    assert registry.read_bytes() == before


def test_what_no_manifest_says_is_said_by_flags(registry: Path, tmp_path: Path) -> None:
    asked = run("add", manifest(tmp_path, name="new-two"), "--prefix", "/api/v1/new-two", "--json", registry=registry)
    assert len(json.loads(asked.stdout)["asked"]) == 9
    flags = (
        "--schema",
        "plugin_new",
        "--migrate",
        "migrate",
        "--grant",
        "public.User:SELECT",
        "--cache",
        "--no-cron",
        "--websocket",
        "/live",
    )
    more = ("--env", "LEVEL=info", "--env", "PLACE=/tmp/x", "--secret", "NEW_KEY", "--egress", "api.example.com")
    found = run(
        "add", manifest(tmp_path), *flags, *more, "--rewrite-prefix", "/", "--singleton", "--json", registry=registry
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["asked"] == []
    entry = load_registry(registry, production=True).by_name["new-one"]
    assert entry.backend
    assert entry.database
    assert entry.database.grants[0].table == "User"
    assert entry.cache is not None
    assert (entry.backend.rewrite_prefix, entry.backend.scaling.singleton, entry.backend.cron) == ("/", True, False)
    assert entry.backend.env == {"LEVEL": "info", "PLACE": "/tmp/x"}  # noqa: S108  # a path of a pod
    assert entry.secrets == ["NEW_KEY"]


def test_name_and_image_can_be_chosen(registry: Path, tmp_path: Path) -> None:
    image = "registry.example.com/team/new:2.0.0@sha256:" + "b" * 64
    chosen = ("--name", "other", "--prefix", "/api/v1/other", "--image", image)
    found = run("add", manifest(tmp_path), *chosen, registry=registry)
    assert found.returncode == 0, found.stderr
    entry = next(each for each in load_registry(registry, production=True).plugins if each.name == "other")
    assert entry.backend
    assert entry.backend.image == image


@pytest.mark.parametrize(
    ("given", "platforms", "arch"),
    [
        (("--arch", "amd64"), ("arm64",), "amd64"),
        ((), ("amd64",), "amd64"),
        ((), ("amd64", "arm64"), None),
        ((), (), None),
    ],
    ids=["stated", "of the registry", "for both", "not in the registry"],
)
def test_an_image_for_one_architecture_is_known_by_its_registry_or_a_flag(
    registry: Path, tmp_path: Path, given: tuple[str, ...], platforms: tuple[str, ...], arch: str | None
) -> None:
    index = {"manifests": [{"platform": {"os": "linux", "architecture": one}} for one in platforms]}
    with image_registry({"/v2/new/manifests/1.0.0": index} if platforms else {}) as host:
        found = run("add", manifest(tmp_path), "--image", f"{host}/new:1.0.0", *given, registry=registry)

    assert found.returncode == 0, found.stderr
    assert (f"nodes of {arch} alone" if arch else "for arm64 and amd64") in found.stdout
    assert load_registry(registry, production=False).by_name["new-one"].arch == arch


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"name": "Not A Label"}, "DNS label"),
        ({"name": "naap-x"}, "platform's own"),
        ({"version": "soon"}, "semantic version"),
        ({"backend": {"devPort": 4099, "apiPrefix": "/api/v1/wallet"}}, "my-wallet has it"),
        ({"backend": {"devPort": 4099, "apiPrefix": "/api/v1/auth/x"}}, "base-svc's own"),
        ({"name": "secrets", "backend": {"devPort": 4099, "apiPrefix": "/api/v1/secrets"}}, "base-svc's own"),
        ({"backend": {"devPort": 4099, "apiPrefix": "/api/v1/teams"}}, "base-svc's own"),
        ({"backend": {"devPort": 4099, "apiPrefix": "/api/v1/billing"}}, "freePaths: [/billing] in base-svc"),
        ({"backend": {"devPort": 4099, "apiPrefix": "/new-one"}}, "CDN"),
        ({"backend": {"resources": {"memory": "900Gi"}}}, "fit on a node"),
        ({"database": {"schema": "plugin_wallet"}}, "my-wallet has it"),
        ({"frontend": {"routes": ["/wallet"]}}, "my-wallet has it"),
        ({"backend": None}, "a backend, a frontend or both"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_written(
    registry: Path, tmp_path: Path, fields: dict[str, object], word: str
) -> None:
    before = sorted((path, path.read_bytes()) for path in tmp_path.rglob("*.*") if path.is_file())
    found = run("add", manifest(tmp_path, **fields), registry=registry)
    (tmp_path / "plugin.json").unlink()
    assert found.returncode == 2
    assert word in found.stderr
    assert sorted((path, path.read_bytes()) for path in tmp_path.rglob("*.*") if path.is_file()) == before


def test_files_that_are_no_manifest_are_refused(registry: Path, tmp_path: Path) -> None:
    for name, data, word in (
        ("a.json", b"\x7fELF\x00\xff", "UTF-8"),
        ("b.json", b"x" * 300_000, "256,000"),
        ("c.json", b"[]", "one JSON object"),
    ):
        (tmp_path / name).write_bytes(data)
        found = run("add", str(tmp_path / name), registry=registry)
        assert found.returncode == 2
        assert word in found.stderr
    assert run("add", str(tmp_path), registry=registry).returncode == 2
    assert run("add", str(tmp_path / "missing.json"), registry=registry).returncode == 2


def test_nothing_is_added_to_a_registry_with_errors(registry: Path, tmp_path: Path) -> None:
    registry.write_text(registry.read_text().replace("port: 4009", "port: 4008"))
    found = run("add", manifest(tmp_path), registry=registry)
    assert found.returncode == 2
    assert "my-wallet has it" in found.stderr
    assert "new-one" not in registry.read_text()


def test_a_bundles_size_and_hash_are_written_into_its_entry(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "my-wallet.js").write_text("console.log('wallet');" * 100)
    before = registry.read_text().splitlines()
    found = run("bundle", str(tmp_path / "my-wallet.js"), registry=registry)
    assert found.returncode == 0, found.stderr
    added = [line for line in registry.read_text().splitlines() if line not in before]
    assert [line.split(":")[0].strip() for line in added] == ["builds", "1.0.0", "gzipBytes", "integrity"]
    again = registry.read_bytes()
    assert run("bundle", str(tmp_path / "my-wallet.js"), registry=registry).returncode == 0
    assert registry.read_bytes() == again


def test_the_command_that_uploads_a_bundle_writes_what_browsers_are_told_to_load(
    registry: Path, tmp_path: Path
) -> None:
    file = tmp_path / "built wallet.js"
    file.write_text("console.log('wallet');")
    said = run("bundle", str(file), "my-wallet", registry=registry).stdout
    command = shlex.split(said[said.index("aws ") :].replace("\\\n", " "))
    options = dict(zip(command[3::2], command[4::2], strict=True))
    spec = load_registry(registry, production=False)
    wallet = json.loads(plan_shell_documents(registry=spec, settings=settings(1_000)).pointers["my-wallet"].content)

    assert command[:3] == ["aws", "s3api", "put-object"]
    assert wallet["bundleUrl"] == f"https://naap.example/{options['--key']}"
    assert wallet["integrity"] in said
    assert options["--if-none-match"] == "*"
    assert "immutable" in options["--cache-control"]
    assert options["--body"] == str(file)


def test_the_style_sheet_beside_a_bundle_is_uploaded_under_its_name(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "my-wallet.js").write_text("console.log('wallet');")
    (tmp_path / "style.css").write_text("p { margin: 0 }")
    said = run("bundle", str(tmp_path / "my-wallet.js"), registry=registry).stdout
    script, styles = (shlex.split(one.replace("\\\n", " ")) for one in said[said.index("aws ") :].split("  aws "))
    wallet = load_registry(registry, production=False).by_name["my-wallet"].frontend

    assert "bundles/my-wallet/1.0.0/my-wallet.js" in script
    assert {"bundles/my-wallet/1.0.0/my-wallet.css", "text/css", str(tmp_path / "style.css")} <= {*styles}
    assert wallet
    assert wallet.builds["1.0.0"].styles


def test_of_two_style_sheets_none_is_chosen(registry: Path, tmp_path: Path) -> None:
    before = registry.read_bytes()
    for name in ("my-wallet.js", "a.css", "b.css"):
        (tmp_path / name).write_text("x")
    found = run("bundle", str(tmp_path / "my-wallet.js"), registry=registry)

    assert found.returncode == 2
    assert "a.css, b.css" in found.stderr
    assert registry.read_bytes() == before


def test_a_rollback_is_one_line(registry: Path, tmp_path: Path) -> None:
    file = tmp_path / "community.js"
    pointers: dict[str, str] = {}
    for version, before in (("1.2.0", "1.2.0"), ("1.3.0", "1.2.0")):
        registry.write_text(registry.read_text().replace(f"version: {before}", f"version: {version}"))
        file.write_text(f"console.log('{version}');")
        assert run("bundle", str(file), registry=registry).returncode == 0
        pointers[version] = _pointer(registry)
    assert pointers["1.2.0"] != pointers["1.3.0"]

    registry.write_text(registry.read_text().replace("version: 1.3.0", "version: 1.2.0"))
    assert run("validate", "--production", registry=registry).returncode == 0
    assert _pointer(registry) == pointers["1.2.0"]


def _pointer(registry: Path) -> str:
    plan = plan_shell_documents(registry=load_registry(registry, production=True), settings=settings(1_000))
    return plan.pointers["community"].content


def test_a_bundle_too_large_or_of_nobody_is_refused(registry: Path, tmp_path: Path) -> None:
    generator = random.Random(1)  # noqa: S311  # no secret: the same noise every time
    (tmp_path / "my-wallet.js").write_bytes(base64.b64encode(generator.randbytes(600_000)))
    before = registry.read_bytes()
    for arguments, word in (
        (("my-wallet.js",), "512,000"),
        (("my-wallet.js", "nobody"), "one of: base-svc"),
        (("my-wallet.js", "plugin-server"), "frontend"),
    ):
        found = run("bundle", str(tmp_path / arguments[0]), *arguments[1:], registry=registry)
        assert found.returncode == 2
        assert word in found.stderr
    assert registry.read_bytes() == before


def test_a_plugin_is_retired_one_step_at_a_time(registry: Path, platform: Platform) -> None:
    before = registry.read_text()

    def retire(word: str, code: int = 0) -> None:
        found = run("retire", "daydream-video", "--api", platform.url, registry=registry)
        assert found.returncode == code
        assert word in found.stdout + found.stderr

    platform.counts(2)
    retire("active -> draining; 2 active installs")
    retire("2 active installs", code=2)
    platform.counts(0)
    retire("draining -> stopped")
    assert run("remove", "daydream-video", registry=registry).returncode == 2
    retire("stopped -> archived")
    retire("archived is the last step", code=2)
    assert "lifecycle: archived" in registry.read_text()
    assert run("remove", "daydream-video", registry=registry).returncode == 0
    after = registry.read_text()
    assert "daydream-video" not in after
    assert len(load_registry(registry, production=True).plugins) == 10
    assert not (registry.parent / "manifests" / "daydream-video.plugin.json").exists()
    start, end = before.index("  daydream-video:"), before.index("  community:")
    assert after == before[:start] + before[end:]


def test_what_others_call_or_the_platform_needs_is_not_retired(registry: Path, platform: Platform) -> None:
    platform.counts(0)
    found = run("retire", "base-svc", "--api", platform.url, registry=registry)
    assert found.returncode == 2
    assert "core services" in found.stderr
    assert platform.asked == []
    assert run("retire", "nobody", "--api", platform.url, registry=registry).returncode == 2


def test_without_an_answer_nothing_changes(registry: Path, platform: Platform) -> None:
    platform.answers = [(404, b"<html>")]
    before = registry.read_bytes()
    found = run("retire", "my-dashboard", "--api", platform.url, registry=registry)
    assert found.returncode == 2
    assert registry.read_bytes() == before


def test_wrong_arguments_are_explained() -> None:
    assert run("conquer").returncode == 2
    assert run("retire", "my-wallet").returncode == 2
    assert "retire" in run("--help").stdout
