"""Programs from Debian packages for tests, which are skipped where those can't be had; and whom servers run as."""

import os
from pathlib import Path

import pytest

from rehearsal.tools import debian
from rehearsal.tools.debian import NoPackagesError, Package

_NOBODY = 65_534

DEBOOTSTRAP = Package(name="debootstrap", suite="trixie", packages=("debootstrap",), programs="usr/sbin")
CHROMIUM = Package(
    name="chromium",
    suite="",
    packages=("chromium-headless-shell", "chromium-common"),
    programs="usr/lib/chromium",
)


def unpacked(package: Package) -> Path:
    """The folder of a package's programs. Skips the test where it can't be had."""
    try:
        return debian.unpacked(package)
    except NoPackagesError as error:
        pytest.skip(str(error))


def unprivileged() -> list[str]:
    """Before the command of a server that refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--"]


def give_away(folder: Path) -> None:
    """Makes a folder, with all in it, that of whom servers run as."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY)
