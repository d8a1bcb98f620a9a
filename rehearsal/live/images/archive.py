"""An OCI image archive from files, with no registry and no container tool. The same files give the same archive."""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.tools.cache import Platform

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"  # not compressed: it never travels further than to the next folder
_OPEN_TO_ALL = ("tmp", "var/tmp")


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Paths in the image, without the first slash. trees: folders put there with all in them ("" is the root).

    files: a file of this machine, or its content; of the first, rights are kept, of the second they are 0644, or 0755
    where it is one of the programs.
    folders: that must be there, with their mode.
    """

    trees: Mapping[str, Path] = field(default_factory=dict[str, Path])
    files: Mapping[str, Path | bytes] = field(default_factory=dict[str, Path | bytes])
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    folders: Mapping[str, int] = field(default_factory=dict[str, int])
    programs: frozenset[str] = frozenset()


Descriptor = Mapping[str, Any]


def write(
    target: Path, name: str, layers: Sequence[Layer], config: Mapping[str, Any], below: Sequence[Descriptor] = ()
) -> Sequence[Descriptor]:
    """Write an archive. name: reference without digest; config: as OCI's (Entrypoint, Cmd, Env, User, WorkingDir).

    below: layers under these, that whoever gets the archive has already: they are named, and left out. Gives all.
    """
    with tempfile.TemporaryDirectory(prefix="naap-image-", dir=target.parent) as scratch:
        blobs = _Blobs(Path(scratch))
        described = [*below, *(blobs.layer(layer) for layer in layers)]
        image = {
            "architecture": Platform.here().arch,
            "os": "linux",
            "config": dict(config),
            "rootfs": {"type": "layers", "diff_ids": [each["digest"] for each in described]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": blobs.json(image, _CONFIG),
            "layers": described,
        }
        named = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}
        entry = {**blobs.json(manifest, _MANIFEST), "annotations": named}
        index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [entry]}
        with tarfile.open(target, "w") as tar:
            _add(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
            _add(tar, "index.json", json.dumps(index).encode())
            for file in sorted(blobs.folder.iterdir()):
                _add(tar, f"blobs/sha256/{file.name}", file)
    return described


class _Blobs:
    """What an image is of, by digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def json(self, content: object, kind: str) -> dict[str, Any]:
        part = self.folder / "part"
        part.write_text(json.dumps(content, sort_keys=True))
        return self._keep(part, kind)

    def layer(self, layer: Layer) -> dict[str, Any]:
        part = self.folder / "part"
        with tarfile.open(part, "w") as tar:
            _fill(tar, layer)
        return self._keep(part, _LAYER)

    def _keep(self, part: Path, kind: str) -> dict[str, Any]:
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = part.stat().st_size
        part.rename(self.folder / digest)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": size}


def _fill(tar: tarfile.TarFile, layer: Layer) -> None:
    content: dict[str, Path | bytes] = {}
    for place, folder in layer.trees.items():
        for path in folder.rglob("*"):
            content["/".join(part for part in (place, str(path.relative_to(folder))) if part)] = path
    content |= layer.files
    made: set[str] = set()
    for name in sorted({*content, *layer.links, *layer.folders}):
        for parent in reversed(Path(name).parents[:-1]):
            if str(parent) not in made and str(parent) not in content:
                made.add(str(parent))
                _folder(tar, str(parent), layer.folders.get(str(parent)))
        if name in layer.links:
            _link(tar, name, layer.links[name])
        elif name in layer.folders:
            if name not in made:
                made.add(name)
                _folder(tar, name, layer.folders[name])
        else:
            _add(tar, name, content[name], 0o755 if name in layer.programs else 0o644)


def _folder(tar: tarfile.TarFile, name: str, mode: int | None) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, mode or (0o1777 if name in _OPEN_TO_ALL else 0o755)
    tar.addfile(info)


def _link(tar: tarfile.TarFile, name: str, target: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    tar.addfile(info)


def _add(tar: tarfile.TarFile, name: str, source: Path | bytes, mode: int = 0o644) -> None:
    """One file, link or folder, whose times and owner tell nothing of this machine. mode: of content."""
    info = tarfile.TarInfo(name)
    if isinstance(source, bytes):
        info.size, info.mode = len(source), mode
        tar.addfile(info, io.BytesIO(source))
    elif source.is_symlink():
        _link(tar, name, str(source.readlink()))
    elif source.is_dir():
        _folder(tar, name, None)
    elif source.is_file():
        status = source.stat()
        info.size, info.mode = status.st_size, status.st_mode & 0o755 | 0o444
        with source.open("rb") as file:
            tar.addfile(info, file)
