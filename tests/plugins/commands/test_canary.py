"""`naap plugin canary`, `promote` and `abort` on a copy of the real registry."""

import shutil
from pathlib import Path

import pytest

from console.terminal import as_text
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.canary import STEPS, Canary
from plugins.commands.canary import abort, advance, canary, promote
from plugins.registry.parse import load_registry
from tests.plugins.registries import DIGEST

ROOT = Path(__file__).resolve().parents[3]
NAME, TRIED = "my-wallet", f"ghcr.io/livepeer/naap-my-wallet:9.9.9@{DIGEST}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A registry that may be changed."""
    shutil.copytree(ROOT / "plugins" / "manifests", tmp_path / "manifests")
    return Path(shutil.copy(ROOT / "plugins" / "registry.yaml", tmp_path / "registry.yaml"))


def _stated(path: Path) -> Canary | None:
    return load_registry(path, production=True).by_name[NAME].canary


def _image(path: Path) -> str | None:
    return load_registry(path, production=True).by_name[NAME].image


def test_a_canary_begins_unasked_and_its_weight_is_changed_without_saying_its_image_again(path: Path) -> None:
    said = as_text(canary(path, NAME, image=TRIED, weight=None).text, width=200)
    assert said.startswith(f"{NAME}: {TRIED} answers 0 % of the requests.")
    assert _stated(path) == Canary(image=TRIED)

    canary(path, NAME, image=None, weight=40, sticky=True)
    assert _stated(path) == Canary(image=TRIED, weight=40, sticky=True)


def test_a_canary_that_is_given_up_gets_no_requests_and_then_goes_without_a_trace(path: Path) -> None:
    before, image = path.read_text(), _image(path)
    canary(path, NAME, image=TRIED, weight=0, sticky=True)
    canary(path, NAME, image=None, weight=10)

    assert TRIED in as_text(abort(path, NAME).text, width=200)
    assert _stated(path) == Canary(image=image or "", sticky=True)
    abort(path, NAME)
    assert path.read_text() == before


def test_a_promoted_canary_is_the_image_and_nothing_else_has_changed(path: Path) -> None:
    before, image = path.read_text(), _image(path)
    canary(path, NAME, image=TRIED, weight=0)
    canary(path, NAME, image=None, weight=50)
    promote(path, NAME)

    assert (_image(path), _stated(path)) == (TRIED, Canary(image=TRIED))
    promote(path, NAME)
    after = load_registry(path, production=False).by_name[NAME]
    assert (after.version, after.canary) == ("9.9.9", None)
    assert after.previous
    assert after.previous.image == image
    changed = [line for line in path.read_text().splitlines() if line not in before.splitlines()]
    assert {line.split(":")[0].strip() for line in changed} == {"image", "version", "previous"}


def test_what_is_over_is_followed_by_the_next_one(path: Path) -> None:
    canary(path, NAME, image=TRIED, weight=0)
    abort(path, NAME)
    with pytest.raises(InvalidInputError, match="a canary begins with 0"):
        canary(path, NAME, image=TRIED, weight=5)
    canary(path, NAME, image=TRIED, weight=None)
    assert _stated(path) == Canary(image=TRIED)


def test_a_canary_advances_by_its_steps_to_the_whole(path: Path) -> None:
    canary(path, NAME, image=TRIED, weight=None)
    seen: list[int | None] = []
    for _ in (*STEPS, "promotion"):
        advance(path, NAME)
        found = _stated(path)
        seen.append(found.weight if found else None)

    assert seen == [*STEPS, 0]
    assert _image(path) == TRIED


def test_what_makes_no_sense_is_refused_and_changes_nothing(path: Path) -> None:
    before = path.read_text()
    for refused, word in (
        (lambda: canary(path, NAME, image=None, weight=10), "a canary is of an image"),
        (lambda: canary(path, NAME, image=TRIED, weight=10), "a canary begins with 0"),
        (lambda: canary(path, NAME, image=_image(path), weight=None), "another image"),
        (lambda: canary(path, "service-gateway", image=TRIED, weight=None), "a singleton keeps state"),
        (lambda: canary(path, "nobody", image=TRIED, weight=None), "an entry of the registry"),
        (lambda: promote(path, NAME), "a canary is of an image"),
        (lambda: abort(path, NAME), "a canary is of an image"),
        (lambda: advance(path, NAME), "a canary is of an image"),
    ):
        with pytest.raises(InvalidInputError, match=word):
            refused()
    assert path.read_text() == before
