"""Programs from Debian packages, unpacked into the tools' cache: no root, no installation, no container.

A package of a newer Debian brings its own C library, so each program is started through the loader that it came with.
A browser can't be: it starts itself again, and finds its files, by the path of its process. It is taken from the
machine's own Debian, and uses the machine's C library. Nor need programs in a root of their own (a node's, an image's).
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.tools.cache import Cache

_UNNEEDED = re.compile(r"^(libllvm|libperl|libsystemd-shared|libz3|perl|libc-dev|libjson-perl|libipc)")
_LOADER = re.compile(r"^(libc6|libc-bin)$")
_SUITE = re.compile(r"^\s*(URIs:\s*(?P<uri>\S+)|deb\s+(\[[^\]]*\]\s*)?(?P<old>\S+)\s)", re.MULTILINE)


class NoPackagesError(RehearsalError):
    """Debian packages can't be had here; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """What to unpack: packages of a Debian suite. version: of the cache entry; raise it to unpack anew.

    suite: empty: that of this machine, whose C library the programs then use.
    programs: their folder; empty: the whole is the root of a file system, in which they run as they are.
    """

    name: str
    suite: str
    packages: tuple[str, ...]
    programs: str
    version: str = "1"


POSTGRES = Package(
    name="postgresql",
    suite="trixie",
    packages=("postgresql-17", "postgresql-client-17"),
    programs="usr/lib/postgresql/17/bin",
)
# The oldest PgBouncer that the platform may run is in no stable Debian yet. images/pgbouncer takes it from here too.
PGBOUNCER = Package(name="pgbouncer", suite="forky", packages=("pgbouncer",), programs="usr/sbin", version="2")
VALKEY = Package(name="valkey", suite="trixie", packages=("valkey-server", "valkey-tools"), programs="usr/bin")


def unpacked(package: Package) -> Path:
    """The folder of a package's programs. Raises NoPackagesError."""
    # Servers refuse to run as root, and whom they run as can't look into root's home.
    cache = Cache(Path("/var/cache/naap-tools")) if os.geteuid() == 0 else Cache()
    with cache.entry(f"debian-{package.name}", package.version) as entry:
        if not entry.ready:
            unpack(package, entry.staging)
            entry.staging.chmod(0o755)
            entry.keep()
        return entry.path / package.programs


def mirror() -> str:
    """Where this machine gets Debian's packages from. Raises NoPackagesError where they are not Debian's."""
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("debian*"))]
    for path in files:
        if path.is_file() and (found := _SUITE.search(path.read_text())):
            return found["uri"] or found["old"]
    raise NoPackagesError("this machine's package sources are not Debian's")


def unpack(package: Package, target: Path) -> None:
    """Unpack it into a folder. Raises NoPackagesError."""
    if not shutil.which("apt-get"):
        raise NoPackagesError(f"{package.name} comes from Debian packages, and there is no apt-get here")
    with tempfile.TemporaryDirectory(prefix="naap-apt-") as scratch:
        folder = Path(scratch)
        suite = package.suite or platform.freedesktop_os_release().get("VERSION_CODENAME", "")
        apt = _apt(folder, suite)
        _run([*apt, "update"], folder)
        listed = _run([*apt, "install", "--print-uris", "--yes", "--no-install-recommends", *package.packages], folder)
        names: list[str] = re.findall(r" ([a-z0-9.+-]+)_[^ ]*\.deb ", listed)
        wanted = [
            name
            for name in names
            if name in package.packages or (name.startswith("lib") and not _UNNEEDED.match(name)) or name == "zlib1g"
            if package.suite or not _LOADER.match(name)
        ]
        if not wanted:
            raise NoPackagesError(f"no package repository that offers {package.name} of {suite} can be reached")
        # apt itself checks signatures and digests.
        _run([*apt, "download", *wanted], folder)
        for archive in folder.glob("*.deb"):
            _run(["dpkg", "-x", str(archive), str(target)], folder)
    if package.suite and package.programs:
        for program in (target / package.programs).iterdir():
            _through_loader(program, target)


def _apt(folder: Path, suite: str) -> list[str]:
    """apt-get with everything of its own in this folder, on another suite of the mirror that this machine uses."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(
        f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirror()} {suite} main\n"
    )
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
    }
    return ["apt-get", "--quiet", *(f"-o{name}={value}" for name, value in options.items())]


def _through_loader(program: Path, root: Path) -> None:
    """Replaces a binary by a script that starts it with the loader and libraries of its own package."""
    if program.is_symlink() or not program.is_file() or program.read_bytes()[:4] != b"\x7fELF":
        return
    binary = program.with_name(f".{program.name}.real")
    program.rename(binary)
    up = "/".join([".."] * len(program.parent.relative_to(root).parts))
    program.write_text(
        "#!/bin/sh\n"
        f'here=$(dirname "$(readlink -f "$0")")\nlib=$(echo "$here/{up}"/usr/lib/*-linux-gnu*)\n'
        'loader=$(ls "$lib"/ld-linux-*.so.* | head -n 1)\n'
        f'exec "$loader" --argv0 "$0" --library-path "$lib" "$here/{binary.name}" "$@"\n'
    )
    program.chmod(0o755)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPackagesError(f"{command[0]} could not do its part: {done.stderr.strip()[-300:]}")
    return done.stdout
