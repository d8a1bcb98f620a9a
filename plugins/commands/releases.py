"""A release of one plugin: the image and the version that its entry is to state, and those that it replaces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from planning.inputs.field_types import VERSION_PATTERN
from planning.inputs.problem import refusal
from planning.inputs.registry.entry import Entry
from plugins.editing.registry_editor import RegistryEditor


@dataclass(frozen=True, kw_only=True)
class Release:
    """changes: of the entry; back: what undoes them. Both are empty where the entry is deployed as it stands."""

    path: Path
    plugin: str
    version: str
    image: str | None
    changes: Mapping[str, object]
    back: Mapping[str, object]

    @property
    def text(self) -> str:
        """What it is, in words."""
        return f"{self.plugin} {self.version}" + (f": {self.image}" if self.image else "")

    def write(self) -> None:
        """Writes it into the entry. Raises InvalidInputError where the entry would break a rule."""
        if self.changes:
            RegistryEditor(self.path, part=self.plugin).change(self.plugin, self.changes)

    def undo(self) -> None:
        """Writes the entry as it was."""
        if self.back:
            RegistryEditor(self.path, part=self.plugin).change(self.plugin, self.back)


def release(path: Path, name: str, *, image: str | None = None, version: str | None = None) -> Release:
    """Another image or version of a plugin; neither: what its entry states. Raises InvalidInputError.

    A version without an image is that of the release before, or of a plugin that is a bundle alone. An image without
    a version has that of its tag, where it is one.
    """
    book = RegistryEditor(path, part=name)
    entry = book.entry(name)
    if not entry.lifecycle.serves:
        rule, fix = "what is deployed serves", "a whole `up` carries out each step of its lifecycle"
        raise refusal(file=book.file_of(name), entry=name, field="lifecycle", value=entry.lifecycle, rule=rule, fix=fix)
    before = entry.previous
    if version and not image and before and version == before.version:
        image = before.image
    elif version and not image and version != entry.version and entry.image:
        rule = "a backend's version comes with its image, by digest"
        fix = f"--image {entry.image.partition('@')[0].rpartition(':')[0]}:{version}@sha256:..."
        if before:
            fix += f"; or --version {before.version}, the one before"
        raise refusal(file=book.file_of(name), entry=name, field="image", value="(not given)", rule=rule, fix=fix)
    return _release(path, name, entry, image or entry.image, version or _tag(image) or entry.version)


def rollback(path: Path, name: str) -> Release:
    """The release before the one that the entry states. Raises InvalidInputError where there was none."""
    book = RegistryEditor(path, part=name)
    entry = book.entry(name)
    if entry.previous is None:
        rule, fix = (
            "an entry that was deployed knows the release before",
            "naap plugin deploy with --image or --version",
        )
        raise refusal(file=book.file_of(name), entry=name, field="previous", value="(missing)", rule=rule, fix=fix)
    return _release(path, name, entry, entry.previous.image, entry.previous.version)


def _release(path: Path, name: str, entry: Entry, image: str | None, version: str) -> Release:
    asked: dict[str, object] = {"version": version, **({"image": image} if image else {})}
    now: dict[str, object] = {"version": entry.version, **({"image": entry.image} if entry.image else {})}
    changed = asked != now
    earlier = entry.previous.model_dump(exclude_none=True) if entry.previous else None
    return Release(
        path=path,
        plugin=name,
        version=version,
        image=image,
        changes={**asked, "previous": now} if changed else {},
        back={**now, "previous": earlier} if changed else {},
    )


def _tag(image: str | None) -> str | None:
    """The version that an image's tag states, if it is one."""
    tag = (image or "").partition("@")[0].rpartition("/")[2].partition(":")[2].removeprefix("v")
    return tag if re.fullmatch(VERSION_PATTERN, tag) else None
