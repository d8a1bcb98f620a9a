"""Images that the user gives: an OCI archive, what `docker save` writes, or an image that Docker's daemon has."""

import io
import json
import lzma
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from planning.inputs.problem import InvalidInputError, refusal
from rehearsal import RehearsalError
from rehearsal.tools.cache import Cache, Platform

_OCI, _DOCKER = "index.json", "manifest.json"
_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_BROKEN = (
    *(tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError),  # of the archive
    *(KeyError, ValueError, TypeError, AttributeError),  # of what it should hold
)


def checked(stated: str, cache: Cache) -> Path:
    """The archive, once it is one of an image for this machine. stated: a file, or an image's name in Docker.

    Raises InvalidInputError.
    """
    file = Path(stated)
    if not file.exists():
        file = _saved(stated, cache)
    try:
        with tarfile.open(file) as tar:
            _check(stated, tar)
    except _BROKEN as error:
        raise refusal(
            value=stated,
            rule=f"a whole OCI archive, or what `docker save` writes; reading it ends with: {_first_line(error)}",
            fix="write it anew: docker save IMAGE --output FILE",
        ) from error
    return file.resolve()


def renamed(archive: Path, name: str, target: Path) -> None:
    """A copy under another name, of this machine's image alone."""
    with tarfile.open(archive) as source, tarfile.open(target, "w") as copy:
        texts = _Archive(source)
        changed: dict[str, Any] = {}
        if (index := texts.optional(_OCI)) is not None:
            own = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}
            changed[_OCI] = {**index, "manifests": [{**texts.manifest(index), "annotations": own}]}
        if (manifests := texts.optional(_DOCKER)) is not None:
            changed[_DOCKER] = [{**one, "RepoTags": [name]} for one in manifests]
        for member in source:
            if member.name in changed:
                content = json.dumps(changed[member.name]).encode()
                member.size = len(content)
                copy.addfile(member, io.BytesIO(content))
            else:
                copy.addfile(member, source.extractfile(member) if member.isfile() else None)


def _saved(name: str, cache: Cache) -> Path:
    docker = shutil.which("docker")
    if docker is None:
        raise refusal(
            value=name, rule="a file, as there is no Docker here that has images", fix="give an archive's path"
        )
    asked = [docker, "image", "inspect", "--format", "{{.Id}}", name]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        raise refusal(
            value=name,
            rule=f"a file, or an image of Docker's, which says: {found.stderr.strip()[-200:]}",
            fix="give an archive's path, or a name that `docker images` lists",
        )

    def save(target: Path) -> None:
        done = subprocess.run(
            [docker, "save", "--output", str(target / "image.tar"), name], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RehearsalError(f"docker save {name}: {done.stderr.strip()[-300:]}")

    entry = cache.get("docker-save", sha256(found.stdout.encode()).hexdigest()[:12], save)
    cache.forget_older("docker-save", entry)
    return entry / "image.tar"


class _Archive:
    """JSON of an archive."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def optional(self, name: str) -> Any:
        """None where there is none."""
        return self.read(name) if name in self._tar.getnames() else None

    def read(self, name: str) -> Any:
        """Raises KeyError."""
        file = self._tar.extractfile(name)
        if file is None:
            raise KeyError(f"{name} is no file")
        return json.load(file)

    def blob(self, entry: Mapping[str, Any]) -> Any:
        """What an entry names."""
        return self.read(_place(entry))

    def check_parts(self, manifest: Mapping[str, Any]) -> None:
        """Raises KeyError or ValueError where one is not there, or not whole; containerd reads what is in them."""
        for part in (manifest["config"], *manifest["layers"]):
            if self._tar.getmember(_place(part)).size != part["size"]:
                raise ValueError(f"{part['digest']} is not whole")

    def manifest(self, index: Mapping[str, Any]) -> Mapping[str, Any]:
        """The entry of this machine's image, below indexes of several. Raises InvalidInputError with what there is."""
        here, entries = Platform.here().arch, list[Mapping[str, Any]](index["manifests"])
        there = list[str]()
        while entries:
            entry = entries.pop(0)
            if entry.get("mediaType") in _INDEXES:
                entries += self.blob(entry)["manifests"]
                continue
            platform = entry.get("platform") or self.blob(self.blob(entry)["config"])
            if (platform.get("os"), platform.get("architecture")) == ("linux", here):
                return entry
            there.append(f"{platform.get('os')}/{platform.get('architecture')}")
        raise _foreign(there)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(":")


def _place(entry: Mapping[str, Any]) -> str:
    return "blobs/" + str(entry["digest"]).replace(":", "/")


def _foreign(there: list[str]) -> InvalidInputError:
    here = f"linux/{Platform.here().arch}"
    return refusal(
        value=f"an image for {', '.join(sorted(set(there))) or 'nothing'}",
        rule=f"nodes here are {here}",
        fix=f"build it with --platform {here}",
    )


def _check(stated: str, tar: tarfile.TarFile) -> None:
    found = _Archive(tar)
    if (index := found.optional(_OCI)) is not None:
        found.check_parts(found.blob(found.manifest(index)))
        return
    for one in found.read(_DOCKER):
        image = found.read(one["Config"])
        if (image.get("os", "linux"), image.get("architecture")) != ("linux", Platform.here().arch):
            raise _foreign([f"{image.get('os')}/{image.get('architecture')}"])
        for layer in one["Layers"]:
            tar.getmember(layer)
    if not found.read(_DOCKER):
        raise ValueError(f"{stated} holds no image")
