"""Archives of the images that pods name: given by the user, or made here once and kept by what they are made of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from planning.inputs.problem import InvalidInputError, Problem
from rehearsal.live.images import given as given_archives
from rehearsal.live.images.archive import Layer, write
from rehearsal.live.images.recipes import Recipe
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache

ARCHIVE = "image.tar"
_FORM = "1"
"""Raise it when archives are written in another way."""
_DIGITS = 12


class Images:
    """recipes, given: by reference without digest; of two, the given one counts."""

    def __init__(
        self, recipes: Mapping[str, Recipe], cache: Cache, progress: Progress, given: Mapping[str, Path] | None = None
    ) -> None:
        self._recipes, self._cache, self._progress, self._given = recipes, cache, progress, given or {}

    def archive(self, reference: str) -> Path | None:
        """Of a reference, with or without digest; None: nobody has it. Raises RehearsalError."""
        name = reference.partition("@")[0]
        if name in self._given:
            return self._keep(name, _digest(self._given[name]), partial(_readdress, name, self._given[name]))
        recipe = self._recipes.get(name)
        if recipe is None:
            return None
        layers = recipe.layers()
        return self._keep(name, _fingerprint(name, layers, recipe), partial(_write, name, layers, recipe))

    def known(self, references: Iterable[str]) -> dict[str, Path]:
        """Archives of those that there are, by reference without digest."""
        names = sorted({reference.partition("@")[0] for reference in references})
        return {name: path for name in names if (path := self.archive(name))}

    def instead(self, name: str) -> str:
        """What runs in the place of an image; "" where it is that."""
        return "" if name in self._given or name not in self._recipes else self._recipes[name].instead

    def _keep(self, name: str, digest: str, make: "partial[None]") -> Path:
        slug = name.replace("/", "-").replace(":", "-")
        entry = self._cache.path(f"image-{slug}", digest)
        if not entry.is_dir():
            with self._progress.task(f"image {name}", "written once"):
                entry = self._cache.get(f"image-{slug}", digest, make)
            self._cache.forget_older(f"image-{slug}", entry)
        return entry / ARCHIVE


def take(stated: Sequence[str], references: Iterable[str], cache: Cache) -> dict[str, Path]:
    """Reads NAME=ARCHIVE. NAME: a reference, or enough of it that it is one's alone. ARCHIVE: a file, or the name of an
    image that Docker's daemon has. Raises InvalidInputError with all that is wrong."""
    known = sorted({reference.partition("@")[0] for reference in references})
    found, wrong = dict[str, Path](), list[Problem]()
    for text in stated:
        name, equals, archive = text.partition("=")
        matching = [reference for reference in known if name and _is(name, reference)]
        if not equals or not archive:
            wrong.append(_problem(text, "NAME=ARCHIVE", "say which image it is: --image base-svc=base-svc.tar"))
        elif len(matching) > 1:
            wrong.append(_problem(name, f"one image's name; it is any of {', '.join(matching)}", "state more of it"))
        elif not matching:
            listed = "\n          ".join(known)
            wrong.append(_problem(name, "an image of this stack's", f"name one of\n          {listed}"))
        else:
            try:
                found[matching[0]] = given_archives.checked(archive, cache)
            except InvalidInputError as error:
                wrong += [replace(problem, entry="--image", field=name) for problem in error.problems]
    if wrong:
        raise InvalidInputError(wrong)
    return found


def _problem(value: str, rule: str, fix: str) -> Problem:
    return Problem(file="", entry="--image", field="", value=value, rule=rule, fix=fix)


def _is(name: str, reference: str) -> bool:
    repository = reference.rpartition(":")[0]
    return name in (reference, repository) or name == repository.rpartition("/")[2].removeprefix("naap-")


def _write(name: str, layers: Sequence[Layer], recipe: Recipe, target: Path) -> None:
    write(target / ARCHIVE, name, layers, recipe.config)


def _readdress(name: str, archive: Path, target: Path) -> None:
    given_archives.renamed(archive, name, target / ARCHIVE)


def _digest(file: Path) -> str:
    status = file.stat()
    return sha256(f"{file.resolve()} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:_DIGITS]


def _fingerprint(name: str, layers: Sequence[Layer], recipe: Recipe) -> str:
    """Of all that an image is made of, wherever the checkout lies."""
    found = sha256(json.dumps([_FORM, name, recipe.config], sort_keys=True).encode())
    for layer in layers:
        stated = {"links": dict(layer.links), "folders": dict(layer.folders), "programs": sorted(layer.programs)}
        found.update(json.dumps(stated, sort_keys=True).encode())
        for place, content in sorted((*layer.files.items(), *layer.trees.items())):
            found.update(f"{place} {_stamp(content)}\n".encode())
    return found.hexdigest()[:_DIGITS]


def _stamp(content: Path | bytes) -> str:
    """Of content, a file, or a folder. What lies in the tools' cache never changes, and has its version in its name."""
    if isinstance(content, bytes):
        return sha256(content).hexdigest()
    if any(parent.name == "naap-tools" for parent in content.parents):
        return str(content)
    if content.is_dir():
        paths = (path for path in sorted(content.rglob("*")) if not path.is_dir() or path.is_symlink())
        return "".join(f"{path.relative_to(content)} {_stamp(path)}\n" for path in paths)
    if content.is_symlink():
        return str(content.readlink())
    return f"{content.stat().st_mode & 0o111} {sha256(content.read_bytes()).hexdigest()}"
