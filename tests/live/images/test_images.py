"""Images that are made here: programs start in them, the same files give the same archive, and changes give another."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from planning.inputs.problem import InvalidInputError
from planning.shared import images as planned
from rehearsal.live.images.archive import Layer, write
from rehearsal.live.images.images import Images, take
from rehearsal.live.images.recipes import Recipe, config, migrations, platform, tagged
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache, Platform
from rehearsal.tools.debian import NoPackagesError

POOLER = "registry.example/pgbouncer:1.26.1@sha256:" + "0" * 64
NAMES = ["registry.example/naap-base-svc:1.0.0", "registry.example/naap-web-next:1.0.0"]


def images(cache: Path, recipes: Mapping[str, Recipe], given: Mapping[str, Path] | None = None) -> Images:
    """With a cache of their own."""
    return Images(recipes, Cache(cache), Progress(io.StringIO()), given)


def small(text: bytes, folder: Path | None = None) -> Recipe:
    """An image of one file, and of a folder."""
    trees = {"app": folder} if folder else {}
    return Recipe(layers=lambda: [Layer(files={"word": text}, trees=trees)], config=config(Cmd=["cat", "/word"]))


def index(archive: Path) -> Any:
    """What an archive says that it holds."""
    with tarfile.open(archive) as tar:
        file = tar.extractfile("index.json")
        assert file
        return json.load(file)


def test_an_archive_has_the_reference_without_digest_and_is_made_once(tmp_path: Path) -> None:
    made = images(tmp_path, {"registry.example/a:1": small(b"1")})
    archive = made.archive("registry.example/a:1@sha256:" + "0" * 64)
    assert archive
    (entry,) = index(archive)["manifests"]
    assert entry["annotations"]["io.containerd.image.name"] == "registry.example/a:1"

    written = archive.stat().st_mtime_ns
    assert made.archive("registry.example/a:1") == archive
    assert archive.stat().st_mtime_ns == written
    assert made.archive("registry.example/a:2") is None
    assert made.known(["registry.example/a:1", "registry.example/b:1"]) == {"registry.example/a:1": archive}


def test_other_files_give_another_archive_and_one_of_long_ago_goes(tmp_path: Path) -> None:
    app, cache = tmp_path / "app", tmp_path / "cache"
    app.mkdir()
    (app / "server.js").write_text("1")
    recipes = {"registry.example/a:1": small(b"1", app)}
    first = images(cache, recipes).archive("registry.example/a:1")
    assert first
    assert images(cache, {"registry.example/a:1": small(b"1", copied(app))}).archive("registry.example/a:1") == first
    (app / "server.js").write_text("2, and longer")
    second = images(cache, recipes).archive("registry.example/a:1")

    assert second
    assert first != second
    assert first.exists()

    os.utime(first.parent, (0, 0))
    (app / "server.js").write_text("3")
    third = images(cache, recipes).archive("registry.example/a:1")
    assert third
    assert [path.exists() for path in (first, second, third)] == [False, True, True]


def copied(app: Path) -> Path:
    """Another checkout's."""
    return Path(shutil.copytree(app, app.with_name("elsewhere")))


ROOTS: Mapping[str, Sequence[str]] = {
    tagged(planned.POSTGRES_CLIENT): ("psql --version", "pg_dump --version", "pg_restore --version"),
    tagged(planned.AWS_CLI): ("aws --version", "sh -c 'umask 077'"),
    POOLER.partition("@")[0]: ("pgbouncer --version", "command -v pidof cksum sed cat cp mv sleep"),
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Images:
    """Of Debian's packages."""
    recipes = platform(POOLER) | {"m:1": migrations({"/usr/local/bin/migrate": "#!/bin/sh\necho migrates\n"}, "")}
    return images(tmp_path_factory.mktemp("cache"), recipes)


@pytest.mark.skipif(os.geteuid() != 0, reason="changing the root folder takes root")
@pytest.mark.parametrize("name", [*ROOTS, "m:1"])
def test_programs_start_as_the_user_that_pods_have(real: Images, name: str, tmp_path: Path) -> None:
    try:
        archive = real.archive(name)
    except NoPackagesError as error:
        pytest.skip(str(error))
    assert archive
    stated = unpack(archive, tmp_path / "root")
    environment = dict(pair.split("=", 1) for pair in stated["config"]["Env"])
    for command in ROOTS.get(name, ("psql --version && migrate",)):
        done = subprocess.run(
            ["chroot", "--userspec=70:70", str(tmp_path / "root"), "sh", "-c", command],
            env={**environment, "HOME": "/tmp"},  # noqa: S108  # the image's own
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def unpack(archive: Path, root: Path) -> Mapping[str, Any]:
    """Its files, with the devices that a container has; gives its configuration."""
    with tarfile.open(archive) as tar:
        manifest = json.loads(_content(tar, index(archive)["manifests"][0]))
        root.mkdir()
        for layer in manifest["layers"]:
            subprocess.run(["tar", "-x", "-C", str(root)], input=_content(tar, layer), check=True)
        (root / "dev").mkdir(exist_ok=True)
        for name, minor in (("null", 3), ("urandom", 9)):
            os.mknod(root / "dev" / name, 0o20666, os.makedev(1, minor))
            (root / "dev" / name).chmod(0o666)
        return json.loads(_content(tar, manifest["config"]))


def archive_of(target: Path, arch: str) -> Path:
    """An OCI archive of another machine's."""
    write(target, "somebody/elses:1", [Layer(files={"a": b"1"})], {"Cmd": ["a"]})
    if arch != Platform.here().arch:
        patched = target.read_bytes().replace(f'"{Platform.here().arch}"'.encode(), f'"{arch}"'.encode())
        target.write_bytes(patched)
    return target


@pytest.mark.parametrize("name", [NAMES[0], NAMES[0].removesuffix(":1.0.0"), "base-svc"])
def test_a_given_image_is_taken_under_the_planned_name(tmp_path: Path, name: str) -> None:
    file = archive_of(tmp_path / "given.tar", Platform.here().arch)
    given = take([f"{name}={file}"], NAMES, Cache(tmp_path / "cache"))
    made = images(tmp_path / "cache", {NAMES[0]: small(b"1")}, given)

    archive = made.archive(NAMES[0])
    assert archive
    (entry,) = index(archive)["manifests"]
    assert entry["annotations"]["io.containerd.image.name"] == NAMES[0]
    assert entry["digest"] == index(file)["manifests"][0]["digest"]
    assert made.instead(NAMES[0]) == ""


def test_what_is_wrong_with_given_images_is_said_at_once_and_in_words(tmp_path: Path) -> None:
    other = "arm64" if Platform.here().arch == "amd64" else "amd64"
    foreign = archive_of(tmp_path / "foreign.tar", other)
    stated = [f"base-svc={foreign}", "base-svc=nobodys/image:1", "else=x.tar", "base-svc"]
    with pytest.raises(InvalidInputError) as error:
        take(stated, NAMES, Cache(tmp_path / "cache"))

    architecture, nobodys, unknown, half = error.value.problems
    here = f"linux/{Platform.here().arch}"
    assert (architecture.field, architecture.value) == ("base-svc", f"an image for linux/{other}")
    assert architecture.fix == f"build it with --platform {here}"
    assert (nobodys.value, nobodys.rule[:6]) == ("nobodys/image:1", "a file")
    assert (unknown.value, unknown.rule) == ("else", "an image of this stack's")
    assert all(name in unknown.fix for name in NAMES)
    assert (half.value, half.rule) == ("base-svc", "NAME=ARCHIVE")


def _text(file: Path) -> None:
    file.write_text("no archive")


def _truncated(file: Path) -> None:
    archive_of(file, Platform.here().arch)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _compressed_and_truncated(file: Path) -> None:
    archive_of(file, Platform.here().arch)
    file.write_bytes(gzip.compress(file.read_bytes())[:-100])


def _without_a_layer(file: Path) -> None:
    archive_of(file, Platform.here().arch)
    with tarfile.open(file) as whole:
        layer = json.loads(_content(whole, index(file)["manifests"][0]))["layers"][0]["digest"].partition(":")[2]
        members = [member for member in whole if not member.name.endswith(layer)]
        with tarfile.open(file.with_suffix(".part"), "w") as part:
            for member in members:
                part.addfile(member, whole.extractfile(member))
    file.with_suffix(".part").rename(file)


def _of_another_form(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        info = tarfile.TarInfo("index.json")
        info.size = len(b"[1]")
        tar.addfile(info, io.BytesIO(b"[1]"))


def _content(tar: tarfile.TarFile, entry: Mapping[str, str]) -> bytes:
    file = tar.extractfile(f"blobs/{entry['digest'].replace(':', '/')}")
    assert file
    return file.read()


@pytest.mark.parametrize("broken", [_text, _truncated, _compressed_and_truncated, _without_a_layer, _of_another_form])
def test_a_broken_archive_is_refused_before_anything_is_started(tmp_path: Path, broken: Callable[[Path], None]) -> None:
    file = tmp_path / "given.tar"
    broken(file)
    with pytest.raises(InvalidInputError) as error:
        take([f"base-svc={file}"], NAMES, Cache(tmp_path / "cache"))

    (problem,) = error.value.problems
    assert (problem.entry, problem.field, problem.value) == ("--image", "base-svc", str(file))
    assert "OCI archive" in problem.rule


def test_what_docker_save_writes_is_taken_too(tmp_path: Path) -> None:
    file, image = tmp_path / "saved.tar", {"architecture": Platform.here().arch, "os": "linux"}
    content = {"manifest.json": [{"Config": "config.json", "RepoTags": ["a:b"], "Layers": []}], "config.json": image}
    with tarfile.open(file, "w") as tar:
        for name, value in content.items():
            info, text = tarfile.TarInfo(name), json.dumps(value).encode()
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    given = take([f"base-svc={file}"], NAMES, Cache(tmp_path / "cache"))
    archive = images(tmp_path / "cache", {}, given).archive(NAMES[0])

    assert archive
    with tarfile.open(archive) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest
        assert json.load(manifest)[0]["RepoTags"] == [NAMES[0]]
