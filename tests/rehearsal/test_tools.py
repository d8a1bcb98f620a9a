"""How a tool is got: from PATH, from a release, from source."""

import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from rehearsal import RehearsalError
from rehearsal.control_plane import crds
from rehearsal.progress import Progress
from rehearsal.tools import go_build, tool_table
from rehearsal.tools.cache import Cache, Platform
from rehearsal.tools.download import NotDownloadedError, expected_sum, unpack
from rehearsal.tools.tool_table import GoBuild, Release, Tool
from rehearsal.tools.toolbox import BUILT, ON_PATH, RELEASE, Found, Toolbox, installed_version
from tests import tools

HERE = Platform(system="linux", arch="amd64")


def script(version: str) -> bytes:
    return f"#!/bin/sh\necho thing v{version}\n".encode()


@dataclass
class Site:
    """A release site on loopback. files: path -> content; asked: paths that were fetched."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    asked: list[str] = field(default_factory=list[str])


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            content = found.files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002  (the base class's signature)
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", HERE)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH before the system's own."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    return folder


def tool(site_url: str, **changes: object) -> Tool:
    thing = Tool(
        name="thing",
        version="1.4.2",
        at_least=(1, 4, 0),
        below=(1, 5, 0),
        build=GoBuild(module="etcd", package=".", seconds=1),
        release=Release(url=f"{site_url}/thing-{{os}}-{{cpu}}", checksums=f"{site_url}/sums", folder=None),
    )
    return replace(thing, **changes)  # pyright: ignore[reportArgumentType]  # fields by name


def publish(site: Site, content: bytes, *, checksum: str | None = None) -> None:
    site.files["/thing-linux-x64"] = content
    site.files["/sums"] = f"{checksum or hashlib.sha256(content).hexdigest()}  thing-linux-x64\n".encode()


def put(folder: Path, version: str) -> None:
    (folder / "thing").write_bytes(script(version))
    (folder / "thing").chmod(0o755)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A compiler that writes a script at once; gives the names of what it built."""
    built: list[str] = []

    def build(_self: go_build.Builder, targets: Sequence[tuple[Tool, Path]]) -> str:
        for wanted, target in targets:
            built.append(wanted.name)
            put(target, wanted.version)
        return ""

    monkeypatch.setattr(go_build.Builder, "build", build)
    return built


def get(thing: Tool, cache: Cache, mode: str = "") -> tuple[str, str]:
    found = Toolbox(Progress(io.StringIO()), cache, mode).get([thing])["thing"]
    return found.origin, found.version


def test_a_good_version_on_path_is_used(site: Site, cache: Cache, path: Path) -> None:
    put(path, "1.4.7")
    assert get(tool(site.url), cache) == (ON_PATH, "1.4.7")
    assert site.asked == []


@pytest.mark.parametrize("version", ["1.3.9", "1.5.0", "2.0.0"])
def test_any_other_version_on_path_is_passed_over(site: Site, cache: Cache, path: Path, version: str) -> None:
    put(path, version)
    publish(site, script("1.4.2"))
    assert get(tool(site.url), cache) == (RELEASE, "1.4.2")


@pytest.mark.usefixtures("path")
def test_a_download_is_kept_and_not_fetched_again(site: Site, cache: Cache) -> None:
    publish(site, script("1.4.2"))
    assert get(tool(site.url), cache) == (RELEASE, "1.4.2")
    asked = list(site.asked)
    assert get(tool(site.url), cache) == (RELEASE, "1.4.2")
    assert site.asked == asked


@pytest.mark.usefixtures("path")
def test_a_download_with_a_wrong_checksum_is_built_instead(site: Site, cache: Cache, compiler: list[str]) -> None:
    publish(site, script("1.4.2"), checksum="0" * 64)
    assert get(tool(site.url), cache)[0] == BUILT
    assert compiler == ["thing"]


@pytest.mark.usefixtures("path", "compiler")
def test_without_a_network_it_is_built_and_the_network_asked_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def unreachable(url: str, **_: object) -> None:
        asked.append(url)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests, "get", unreachable)
    thing = tool("http://192.0.2.1")
    toolbox = Toolbox(Progress(io.StringIO()), cache, "")
    for version in ("1.4.2", "1.4.3"):
        assert toolbox.get([replace(thing, version=version)])["thing"].origin == BUILT
    assert asked == ["http://192.0.2.1/sums"]


@pytest.mark.usefixtures("compiler")
def test_build_mode_looks_neither_at_path_nor_at_the_network(site: Site, cache: Cache, path: Path) -> None:
    put(path, "1.4.2")
    publish(site, script("1.4.2"))
    assert get(tool(site.url), cache, "build")[0] == BUILT
    assert site.asked == []


def test_an_unknown_mode_is_refused(cache: Cache) -> None:
    with pytest.raises(RehearsalError, match="NAAP_TOOLS is 'fast'; it may be 'build'"):
        Toolbox(Progress(io.StringIO()), cache, "fast")


@pytest.mark.usefixtures("path")
def test_a_program_of_another_version_than_promised_is_not_kept(site: Site, cache: Cache) -> None:
    publish(site, script("1.9.9"))
    with pytest.raises(RehearsalError, match="does not say that it is"):
        get(tool(site.url), cache)
    assert not cache.path("thing", "1.4.2").exists()
    assert not list(cache.root.glob(".*part-*"))


@pytest.mark.usefixtures("path")
def test_what_a_killed_run_left_is_removed(site: Site, cache: Cache) -> None:
    left = cache.root / f".{cache.path('thing', '1.4.2').name}.part-dead"
    left.mkdir(parents=True)
    publish(site, script("1.4.2"))
    get(tool(site.url), cache)
    assert not left.exists()


@pytest.mark.usefixtures("path")
def test_two_runs_at_once_build_once(cache: Cache, compiler: list[str]) -> None:
    runs = [threading.Thread(target=get, args=(tool("http://127.0.0.1:9"), cache, "build")) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert compiler == ["thing"]


def test_what_is_in_the_cache_needs_no_right_to_write(tmp_path: Path) -> None:
    progress, cache = Progress(io.StringIO()), Cache(tmp_path / "cache", HERE)
    for source in crds.SOURCES:
        kept = cache.path(source.name, source.version)
        kept.mkdir(parents=True)
        (kept / "definitions.json").write_text("[]")
        # In the place of its lock: who may write anywhere is refused this too.
        (cache.root / f".{kept.name}.lock").mkdir()
    assert len(crds.get(Toolbox(progress, cache, ""), progress)) == len(crds.PLACEHOLDERS)


@pytest.mark.parametrize(("stated", "used"), [("", "/h/.cache"), ("caches", "/h/.cache"), ("/c", "/c")])
def test_a_relative_cache_folder_counts_for_nothing(monkeypatch: pytest.MonkeyPatch, stated: str, used: str) -> None:
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setenv("XDG_CACHE_HOME", stated)
    assert Cache(here=HERE).root == Path(used) / "naap-tools"


def test_a_failed_build_shows_the_end_of_what_the_compiler_said(cache: Cache, path: Path) -> None:
    (path / "go").write_text('#!/bin/sh\n[ "$1" = env ] && echo go9.9.9 || { echo "cannot find module"; exit 1; }\n')
    (path / "go").chmod(0o755)
    alone = GoBuild(module="kube-score", package="example.com/thing", seconds=1)
    with pytest.raises(RehearsalError, match=r"thing 1\.4\.2 could not be built:\ncannot find module(.|\n)*GOPROXY"):
        get(tool("http://127.0.0.1:9", build=alone), cache, "build")


def test_without_a_module_proxy_the_error_says_what_to_make_reachable(cache: Cache, path: Path) -> None:
    (path / "go").write_text('#!/bin/sh\n[ "$1" = env ] && echo go9.9.9 || { echo "cannot find module"; exit 1; }\n')
    (path / "go").chmod(0o755)
    with pytest.raises(RehearsalError, match=r"pulumi/pkg/v3 can't be had: cannot find module\n(.|\n)*GOPROXY"):
        get(tool("http://127.0.0.1:9"), cache, "build")


def test_what_one_run_of_the_compiler_built_is_kept_though_another_program_failed(cache: Cache, path: Path) -> None:
    (path / "go").write_text(
        '#!/bin/sh\n[ "$1" = env ] && echo go9.9.9 && exit\nfor word; do [ "$last" = -o ] && break; last=$word; done\n'
        'printf "#!/bin/sh\\necho thing v1.4.2\\n" > "$word/thing"; chmod +x "$word/thing"; echo other fails; exit 1\n'
    )
    (path / "go").chmod(0o755)
    alone = GoBuild(module="kube-score", package="example.com/thing", seconds=1)
    thing = tool("http://127.0.0.1:9", build=alone)
    with pytest.raises(RehearsalError, match=r"other 1\.4\.2 could not be built:\nother fails"):
        Toolbox(Progress(io.StringIO()), cache, "build").get([replace(thing, name="other"), thing])
    assert get(thing, cache, "build") == (BUILT, "1.4.2")


@pytest.mark.usefixtures("path")
def test_without_go_and_without_its_wheel_the_error_says_what_to_install(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(RehearsalError, match=r"No Go toolchain(.|\n)*Install Go 1\.26"):
        get(tool("http://127.0.0.1:9"), cache, "build")
    assert not list(cache.root.glob("go-bin-*"))


def test_checksums_are_found_in_each_form_in_which_they_are_published() -> None:
    good = "ab" * 32
    assert expected_sum(f"{good}\n", "a.tar.gz") == good
    assert expected_sum(f"{'00' * 32}  b.tar.gz\n{good} *a.tar.gz\n", "a.tar.gz") == good
    assert expected_sum(f'{{"assets": [{{"name": "a.tar.gz", "digest": "sha256:{good}"}}]}}', "a.tar.gz") == good


@pytest.mark.parametrize("published", ["", "not found", '{"assets": []}', "abcd  a.tar.gz", f"{'ab' * 32}  b.tar.gz"])
def test_a_file_without_a_published_checksum_is_refused(published: str) -> None:
    with pytest.raises(NotDownloadedError, match=r"no checksum is published for a\.tar\.gz"):
        expected_sum(published, "a.tar.gz")


def test_only_files_of_the_named_folder_leave_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    files: Mapping[str, bytes] = {"thing/run": b"good", "thing/../../outside": b"bad", "other/run": b"bad"}
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    target = tmp_path / "target"
    target.mkdir()
    unpack(archive, "thing", target)
    assert [(file.name, file.read_bytes()) for file in target.iterdir()] == [("run", b"good")]
    assert os.access(target / "run", os.X_OK)


def test_every_tool_states_a_version_in_its_own_range() -> None:
    for known in (*tool_table.ALL, *tools.PEERS, tools.ACTIONLINT):
        version = tuple(int(part) for part in known.version.split("."))
        assert known.at_least <= version < known.below
        assert (Path(go_build.__file__).parents[1] / "go" / known.build.module / "go.sum").is_file()


def test_every_real_tool_is_of_a_good_version(tools: Mapping[str, Found]) -> None:
    assert all(installed_version(known, tools[known.name].path) for known in tool_table.ALL)
