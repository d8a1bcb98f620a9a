"""The commands about an entry's canary. Each changes the entry alone: the next update of the plugin carries it out."""

from pathlib import Path

from console.terminal import Answer
from planning.inputs.problem import InvalidInputError, refusal
from planning.inputs.registry.canary import Canary
from planning.inputs.registry.entry import Entry
from plugins.commands.releases import release
from plugins.editing.registry_editor import RegistryEditor


def canary(path: Path, name: str, *, image: str | None, weight: int | None, sticky: bool | None = None) -> Answer:
    """Begins a canary, which no request reaches yet, or changes the one that is there. image: needed to begin."""
    book = RegistryEditor(path, part=name)
    entry = book.entry(name)
    before, begins = entry.canary, entry.canary is None or _over(entry)
    if begins and image is None:
        raise _missing(book, name)
    if begins and weight:
        rule = "a canary begins with 0: the gateway would send requests to pods that it does not know yet"
        fix = f"begin it without --weight and bring it up; then naap plugin canary {name} --weight {weight}"
        raise refusal(file=book.file_of(name), entry=name, field="canary.weight", value=str(weight), rule=rule, fix=fix)
    if image == entry.image:
        rule, fix = "another image than the entry's own", "name the version to try"
        raise refusal(file=book.file_of(name), entry=name, field="canary.image", value=str(image), rule=rule, fix=fix)
    stated = {"image": image, "weight": weight, "sticky": sticky}
    book.change(name, {"canary": {key: value for key, value in stated.items() if value is not None}})
    after = RegistryEditor(path, part=name).entry(name).canary
    text = f"{after.image} answers {after.weight} % of the requests" if after else ""
    return _answer(name, text, before=before, after=after)


def advance(path: Path, name: str) -> Answer:
    """The next of its steps, or promotion after the last."""
    following = _canary(RegistryEditor(path, part=name), name).next_weight
    return promote(path, name) if following is None else canary(path, name, image=None, weight=following)


def promote(path: Path, name: str) -> Answer:
    """The canary's image becomes the entry's, as that of any release. The next time the canary's pods go."""
    book = RegistryEditor(path, part=name)
    before = _canary(book, name)
    if _over(book.entry(name)):
        return _removed(book, name, before)
    book.change(name, {**release(path, name, image=before.image).changes, "canary": {"weight": 0}})
    text = f"{before.image} is its image now; `naap plugin promote {name}` again takes the canary's pods away"
    return _answer(name, text, before=before)


def abort(path: Path, name: str) -> Answer:
    """The entry's image answers all requests again. The next time the canary's pods go."""
    book = RegistryEditor(path, part=name)
    before, image = _canary(book, name), book.entry(name).image
    if _over(book.entry(name)):
        return _removed(book, name, before)
    book.change(name, {"canary": {"image": image, "weight": 0}})
    text = f"{before.image} is given up; `naap plugin abort {name}` again takes the canary's pods away"
    return _answer(name, text, before=before)


def _over(entry: Entry) -> bool:
    return entry.canary is not None and entry.canary.image == entry.image


def _removed(book: RegistryEditor, name: str, before: Canary) -> Answer:
    book.change(name, {"canary": None})
    return _answer(name, "its canary, which was over, is gone", before=before)


def _canary(book: RegistryEditor, name: str) -> Canary:
    found = book.entry(name).canary
    if found is None:
        raise _missing(book, name)
    return found


def _missing(book: RegistryEditor, name: str) -> InvalidInputError:
    rule, fix = "a canary is of an image", f"naap plugin canary {name} --image REGISTRY/NAME:TAG@sha256:..."
    return refusal(file=book.file_of(name), entry=name, field="canary.image", value="(missing)", rule=rule, fix=fix)


def _answer(name: str, text: str, *, before: Canary | None, after: Canary | None = None) -> Answer:
    said = f"{name}: {text}. `naap plugin deploy {name}` carries it out."
    return Answer(data={"name": name, "before": before, "after": after}, text=said)
