"""The steps that build PgBouncer's image, in a root of Debian's own: what a container engine would do, without one."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from planning.database.pooler import USER
from planning.database.pooler_config import render_compose
from rehearsal.tools.cache import Cache
from rehearsal.tools.debian import PGBOUNCER, mirror
from tests.dataplane.packages import DEBOOTSTRAP, unpacked

FOLDER = Path(__file__).resolve().parents[2] / "images" / "pgbouncer"
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
AT_LEAST = (1, 26, 1)
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def arguments() -> Mapping[str, str]:
    """The build's arguments, as the Dockerfile states them."""
    return dict(re.findall(r"^ARG (\w+)=(\S+)$", DOCKERFILE, re.MULTILINE))


def version(text: str) -> tuple[int, ...]:
    """The version that PgBouncer, or its package, states."""
    found = re.search(r"\d+\.\d+\.\d+", text)
    assert found, text
    return tuple(int(part) for part in found[0].split("."))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A root of the image's suite in which the build's script has run, from the mirror of this machine."""
    if os.geteuid() != 0:
        pytest.skip("changing the root folder takes root")
    suite = arguments()["SUITE"]
    root = tmp_path_factory.mktemp("image") / "root"
    # Devices as devices: whoever reads them reads without end.
    subprocess.run(["cp", "--archive", str(_base(suite)), str(root)], check=True)
    try:
        _install(root)
        yield root
    finally:
        shutil.rmtree(root)


def _install(root: Path) -> None:
    shutil.copy(FOLDER / "install.sh", root)
    shutil.copy("/etc/resolv.conf", root / "etc")
    given = {**arguments(), "REPOSITORY": mirror(), "PATH": PATH}
    done = subprocess.run(
        ["chroot", str(root), "sh", "/install.sh"], env=given, capture_output=True, text=True, check=False, timeout=300
    )
    if f"Version '{given['VERSION']}' for 'pgbouncer' was not found" in done.stderr:
        pytest.skip(f"{given['SUITE']} offers another PgBouncer by now: raise VERSION in images/pgbouncer")
    assert done.returncode == 0, done.stderr


def _base(suite: str) -> Path:
    """What the image is based on: the smallest Debian."""
    if not shutil.which("wget"):
        pytest.skip("debootstrap downloads by wget, which is not here")
    program = unpacked(DEBOOTSTRAP) / "debootstrap"
    scripts = program.parents[1] / "share" / "debootstrap"
    with Cache(Path("/var/cache/naap-tools")).entry("debian-root", suite) as entry:
        if not entry.ready:
            command = [
                str(program),
                "--variant=minbase",
                suite,
                str(entry.staging),
                mirror(),
                str(scripts / "scripts/sid"),
            ]
            environment = {**os.environ, "DEBOOTSTRAP_DIR": str(scripts)}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no Debian root can be made here: {done.stdout[-300:]}")
            entry.keep()
        return entry.path


def test_the_build_installs_the_stated_pgbouncer_and_nothing_that_it_has_no_use_for(built: Path) -> None:
    said = _as_pod(built, "pgbouncer --version")

    assert version(said) == version(arguments()["VERSION"]) >= AT_LEAST
    assert "tls: OpenSSL" in said
    assert _as_pod(built, "dpkg-query --show pgbouncer postgresql-common || true") == ""
    assert not list((built / "var/lib/apt/lists").glob("*Packages*"))


def test_the_image_has_every_program_that_the_pods_scripts_call(built: Path) -> None:
    called = ("cat", "cksum", "cp", "kill", "mv", "pidof", "pgbouncer", "sh", "sleep")

    assert all(name in render_compose() for name in ("cat", "cksum", "cp", "kill", "mv", "pidof", "sleep"))
    assert len(_as_pod(built, f"for name in {' '.join(called)}; do command -v $name; done").split()) == len(called)


def test_the_tests_of_the_data_plane_run_the_pgbouncer_of_the_image() -> None:
    program = unpacked(PGBOUNCER) / "pgbouncer"
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    wanted = version(arguments()["VERSION"])

    if version(said) > wanted:
        pytest.skip(f"{PGBOUNCER.suite} has {version(said)} by now: raise VERSION in images/pgbouncer")
    assert version(said) == wanted
    assert PGBOUNCER.suite == arguments()["SUITE"]


def test_base_and_user_are_stated_by_digest_and_number() -> None:
    assert re.search(r"^FROM \S+@sha256:[0-9a-f]{64}$", DOCKERFILE, re.MULTILINE)
    assert re.search(rf"^USER {USER}:{USER}$", DOCKERFILE, re.MULTILINE)


def _as_pod(root: Path, script: str) -> str:
    """What a script says as the pod's user, who can write nowhere."""
    user = f"--userspec={USER}:{USER}"
    command = ["chroot", user, "--groups=", str(root), "sh", "-c", script]
    done = subprocess.run(command, env={"PATH": PATH}, capture_output=True, text=True, check=True)
    return done.stdout
