"""Images that were built and pushed: their digests, written into the entries that run them."""

import json
from pathlib import Path
from typing import Any, cast

from console.files import read_bytes, shown_path
from console.terminal import Answer
from planning.inputs.problem import refusal
from plugins.editing.registry_editor import RegistryEditor

MAX_BYTES = 10_000_000


def images(path: Path, metadata_file: Path) -> Answer:
    """Writes image and digest of every target of `docker buildx bake --metadata-file` that an entry runs.

    That is the target of the entry's name, and for its migrations the one whose image has the same name. Raises
    InvalidInputError for a file that bake didn't write.
    """
    book = RegistryEditor(path)
    written: dict[str, str] = {}
    pushed = _pushed(metadata_file)
    for name, entry in book.entries.items():
        changes: dict[str, object] = {}
        image = pushed.get(name)
        if image and image != entry.image:
            changes["image"] = written[name] = image
        stated = entry.database and entry.database.migrate and entry.database.migrate.image
        migrations = next((image for image in pushed.values() if stated and _short(image) == _short(stated)), None)
        if migrations and migrations != stated:
            changes["database"] = {"migrate": {"image": migrations}}
            written[f"{name}, migrations"] = migrations
        if changes:
            RegistryEditor(path).change(name, changes)  # a change is made to the file as it was read
    lines = [f"{name}: {image}" for name, image in written.items()] or [f"{book.file} has all of these digests."]
    return Answer(data={"written": written}, text="\n".join(lines))


def _short(image: str) -> str:
    """The last part of its repository's name."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _pushed(file: Path) -> dict[str, str]:
    """References with digests, by target. Where an image has several names, the first."""
    try:
        said = cast("dict[str, Any]", json.loads(read_bytes(file, limit=MAX_BYTES)))
        return {
            target: f"{one['image.name'].partition(',')[0]}@{one['containerimage.digest']}"
            for target, one in said.items()
            if "containerimage.digest" in one
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise refusal(
            file=shown_path(file),
            value="(not shown)",
            rule="what docker buildx bake writes with --push and --metadata-file",
            fix="make images",
        ) from None
