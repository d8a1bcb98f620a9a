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
    """Writes image and digest of every target of `docker buildx bake --metadata-file` that is an entry's name.

    Raises InvalidInputError for a file that bake didn't write.
    """
    book = RegistryEditor(path)
    written: dict[str, str] = {}
    for name, image in _pushed(metadata_file).items():
        if name in book.entries and book.entries[name].image != image:
            book.change(name, {"image": image})
            written[name] = image
    lines = [f"{name}: {image}" for name, image in written.items()] or [f"{book.file} has all of these digests."]
    return Answer(data={"written": written}, text="\n".join(lines))


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
