"""Official releases: fetched with a checksum, or not used at all."""

import hashlib
import json
import re
import tarfile
import threading
from pathlib import Path
from typing import Any, cast

import requests

from rehearsal.tools.cache import Platform
from rehearsal.tools.tool_table import Tool

CONNECT_SECONDS = 3.0
READ_SECONDS = 30.0
CPUS = {"amd64": "x64", "arm64": "arm64"}


class NotDownloadedError(Exception):
    """A release could not be had; the text says why. Building is the next thing to try."""


class Downloader:
    """Fetches releases. Once one host can't be reached, the rest of the run asks no more."""

    def __init__(self, here: Platform, enabled: bool = True) -> None:
        self._here = here
        self._unreachable = threading.Event()
        if not enabled:
            self._unreachable.set()

    def fetch(self, tool: Tool, target: Path) -> None:
        """Put the tool (and what its archive carries beside it) into the folder `target`.

        Raises NotDownloadedError.
        """
        release = tool.release
        if release is None:
            raise NotDownloadedError(f"{tool.name} is not published as a program")
        if self._here.system not in release.systems:
            raise NotDownloadedError(f"{tool.name} is not published for {self._here.system}")
        url = self._fill(release.url)
        wanted = expected_sum(self._get(self._fill(release.checksums)).text, url.rsplit("/", 1)[1])
        file = target / url.rsplit("/", 1)[1]
        self._save(url, file, wanted)
        if release.folder is None:
            file.rename(target / tool.name)
            (target / tool.name).chmod(0o755)
        else:
            unpack(file, self._fill(release.folder), target)
            file.unlink()

    def _fill(self, text: str) -> str:
        return text.format(os=self._here.system, arch=self._here.arch, cpu=CPUS[self._here.arch])

    def _get(self, url: str, stream: bool = False) -> requests.Response:
        if self._unreachable.is_set():
            raise NotDownloadedError("official downloads are not reachable")
        try:
            answer = requests.get(url, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=stream)
            answer.raise_for_status()
        except requests.HTTPError as error:
            raise NotDownloadedError(str(error)) from error
        except requests.RequestException as error:
            self._unreachable.set()
            raise NotDownloadedError(f"{url}: {type(error).__name__}") from error
        return answer

    def _save(self, url: str, file: Path, wanted: str) -> None:
        digest = hashlib.sha256()
        try:
            with self._get(url, stream=True) as answer, file.open("wb") as out:
                for chunk in cast("Any", answer.iter_content(1 << 20)):
                    if self._unreachable.is_set():
                        raise NotDownloadedError("stopped")
                    digest.update(chunk)
                    out.write(chunk)
        except requests.RequestException as error:
            raise NotDownloadedError(f"{url}: {error}") from error
        if digest.hexdigest() != wanted:
            file.unlink()
            raise NotDownloadedError(f"{url}: its checksum is {digest.hexdigest()}, published is {wanted}: not used")

    def stop(self) -> None:
        """End what is under way."""
        self._unreachable.set()


def expected_sum(published: str, file: str) -> str:
    """The SHA-256 that was published for a file. Raises NotDownloadedError when there is none."""
    if published.lstrip().startswith("{"):
        assets = cast("list[dict[str, str]]", json.loads(published).get("assets", []))
        sums = {asset["name"]: asset.get("digest") or "" for asset in assets}
        found = sums.get(file, "").removeprefix("sha256:")
    else:
        lines = [line.split() for line in published.splitlines() if line.strip()]
        bare = [line[0] for line in lines if len(line) == 1]
        named = [line[0] for line in lines if len(line) == 2 and line[1].removeprefix("*") == file]
        found = (named or bare or [""])[0]
    if not re.fullmatch(r"[0-9a-f]{64}", found):
        raise NotDownloadedError(f"no checksum is published for {file}: not used")
    return found


def unpack(archive: Path, folder: str, target: Path) -> None:
    """Files directly in `folder` of the archive go to `target`; nothing can land elsewhere."""
    with tarfile.open(archive) as tar:
        for member in tar:
            parent, _, name = member.name.rpartition("/")
            source = tar.extractfile(member) if member.isfile() and parent == folder else None
            if source is not None:
                (target / name).write_bytes(source.read())
                (target / name).chmod(0o755)
