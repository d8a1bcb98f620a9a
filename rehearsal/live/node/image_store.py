"""All images of the nodes, unpacked once: what containerd keeps of them, copied by links into each node."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.live.command import python
from rehearsal.live.node import configuration, file_system, namespaces
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache, remove

LATER = "loaded"
_NAME = "live-images"
_START_SECONDS = 30.0
_KEPT_SECONDS = 7 * 24 * 3600
"""Since a store was last used: images of a plugin under work are many."""


def get(cache: Cache, progress: Progress, root: Path, archives: Sequence[Path]) -> Path:
    """containerd's folder with these images (OCI or Docker archives), made once. root: of a node.

    Raises RehearsalError, with what containerd said, for an archive that is none.
    """
    known = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in archives]
    version = hashlib.sha256(json.dumps(known).encode()).hexdigest()[:12]
    store = cache.get(_NAME, version, partial(_make, progress, root, archives))
    os.utime(store)
    for old in cache.root.glob(f"{_NAME}-*"):
        if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            remove(old)
    return store / "containerd"


def copy(store: Path, target: Path) -> None:
    """Into a node. What containerd writes into is copied, all else linked where that is possible."""
    if target.exists():
        shutil.rmtree(target)
    try:
        namespaces.run(["cp", "-al", str(store), str(target)])
    except namespaces.CommandError:  # another file system
        shutil.rmtree(target, ignore_errors=True)
        namespaces.run(["cp", "-a", str(store), str(target)])
    for database in target.glob("*/*.db"):
        content = database.read_bytes()
        database.unlink()
        database.write_bytes(content)


def later(folder: Path, image: str, *, top: bool = False) -> Path:
    """The archive of an image that came after the nodes had started; top: of what came after that in its uppermost
    layer, which is read after it. folder: of a cluster's live parts."""
    return folder / LATER / f"{image.replace('/', '-').replace(':', '-')}{'.top' if top else ''}.tar"


def add(archive: Path, entering: Sequence[str] = ()) -> None:
    """Into a containerd that runs. entering: before the command, out of the node. Raises namespaces.CommandError."""
    namespaces.run([*entering, *configuration.CTR, "images", "import", str(archive)])


def main(root: str, target: str, *archives: str) -> None:
    """Fill a folder, in namespaces of its own: as the first process there, with whose end all ends."""
    scratch = Path(target) / "root"
    folders = sorted({str(Path(file).parent) for file in archives})
    file_system.enter(scratch, Path(root), shown=folders, kept={f"{target}/containerd": configuration.STORE})
    Path("/run/containerd.toml").write_text(configuration.containerd())
    command = ["containerd", "--config", "/run/containerd.toml"]
    runtime = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + _START_SECONDS
    while not Path(configuration.SOCKET).exists():
        if runtime.poll() is not None or time.monotonic() > deadline:
            sys.exit("containerd did not start")
        time.sleep(0.01)
    for archive in archives:
        try:
            add(Path(archive))
        except namespaces.CommandError as error:
            sys.exit(f"{archive} is no image archive that containerd can read: {error.why}")
    runtime.terminate()
    runtime.wait()


def _make(progress: Progress, root: Path, archives: Sequence[Path], target: Path) -> None:
    (target / "containerd").mkdir()
    (target / "root").mkdir()
    inside = python("node.image_store", str(root), str(target), *map(str, archives))
    with progress.task(f"unpacking {len(archives)} images", "once for all nodes"):
        alone = (
            "setpriv",
            "--pdeathsig",
            "KILL",
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--",
        )
        try:
            namespaces.run([*alone, *inside])
        except namespaces.CommandError as error:
            raise RehearsalError(f"Images could not be unpacked: {error.why}") from None
    (target / "root").rmdir()
