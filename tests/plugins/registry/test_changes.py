"""What a change may not do to entries that were there before it: by hand, in a merge, or by another tool."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from planning.inputs.problem import Problems
from planning.inputs.registry.lifecycle import Lifecycle
from plugins.registry.changes import change_problems
from plugins.registry.parse import parse_entries
from plugins.registry.rules.lifecycle import STEPS
from tests.plugins.commands.test_registry import run
from tests.plugins.registries import MANIFESTS, REGISTRY, changed, good, text_of

COUNTED = {"active": 0, "counted": dt.date(2026, 1, 31)}


def at(step: Lifecycle) -> dict[str, Any]:
    return changed("beta", lifecycle=step.value, installs=COUNTED)


def said(before: object, after: object) -> list[str]:
    old, new = (parse_entries(text_of(each), file="registry.yaml", problems=Problems()) for each in (before, after))
    return [str(problem) for problem in change_problems(old, new)]


@pytest.mark.parametrize("step", STEPS)
def test_only_an_archived_entry_may_go(step: Lifecycle) -> None:
    rest = {name: entry for name, entry in good().items() if name != "beta"}
    found = said(at(step), rest)
    assert bool(found) == (step is not Lifecycle.ARCHIVED)
    for text in found:
        assert f"beta · lifecycle: (removed while {step})" in text
        assert "naap plugin retire beta --api URL" in text


@pytest.mark.parametrize("first", STEPS)
@pytest.mark.parametrize("second", STEPS)
def test_no_step_is_skipped_and_any_may_be_taken_back(first: Lifecycle, second: Lifecycle) -> None:
    found = said(at(first), at(second))
    assert bool(found) == (STEPS.index(second) - STEPS.index(first) > 1)
    for text in found:
        assert f"{first} -> {second}" in text
        assert f"fix:  lifecycle: {STEPS[STEPS.index(first) + 1]}" in text


def test_a_core_service_never_goes() -> None:
    assert "core services" in said(good(), {"beta": good()["beta"]})[0]


def test_a_new_name_is_a_removal() -> None:
    renamed = {("delta" if name == "beta" else name): entry for name, entry in good().items()}
    assert "A new name is a new plugin" in "".join(said(good(), renamed))


def test_what_can_not_be_read_is_no_change() -> None:
    assert said(changed("beta", port="x"), good()) == []
    assert said(good(), changed("beta", port="x")) == []


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    return Path(shutil.copy(REGISTRY, tmp_path / "registry.yaml"))


def without_community(registry: Path) -> str:
    text = registry.read_text()
    return text[: text.index("  community:")] + text[text.index("  developer-api:") :]


def test_an_entry_that_was_cut_out_by_hand_is_missed_by_its_manifest(registry: Path) -> None:
    registry.write_text(without_community(registry))
    found = run("validate", registry=registry)
    assert found.returncode == 2
    assert "community · lifecycle: (gone, but its manifest is still there)" in found.stderr
    assert "naap plugin retire community" in found.stderr


def test_the_registry_is_compared_with_what_it_was(registry: Path, tmp_path: Path) -> None:
    before = Path(shutil.copy(registry, tmp_path / "before.yaml"))
    assert run("validate", "--against", str(before), registry=registry).returncode == 0
    registry.write_text(without_community(registry).replace("port: 4009", "port: 4008"))
    (tmp_path / "manifests" / "community.plugin.json").unlink()
    found = run("validate", "--against", str(before), registry=registry)
    assert found.returncode == 2
    for part in ("2 problems", "(removed while active)", "my-wallet has it"):
        assert part in found.stderr
    assert run("validate", "--against", str(tmp_path / "nowhere"), registry=registry).returncode == 2
