"""Commands that are stopped, killed or met by another one: nothing stays half-done, and the next try ends it."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console import files
from plugins.commands.registry import remove
from plugins.editing import registry_editor
from plugins.editing.registry_editor import RegistryEditor
from tests.plugins.commands.test_registry import Ran, manifest, run
from tests.plugins.registries import ROOT, changed, text_of

ARCHIVED = {"lifecycle": "archived", "installs": {"active": 0, "counted": "2026-01-31"}}


class Killed(BaseException):
    """Stands for the end of the process, at which no cleanup of ours runs."""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """Three plugins; beta is archived and has a manifest."""
    path = tmp_path / "registry.yaml"
    path.write_text(text_of(changed("beta", **ARCHIVED)))
    (tmp_path / "manifests").mkdir()
    shutil.copy(manifest(tmp_path, name="beta"), tmp_path / "manifests" / "beta.plugin.json")
    return path


def state(registry: Path) -> dict[str, bytes]:
    """What stands in the registry's folder, hidden files too."""
    return {str(path): path.read_bytes() for path in registry.parent.rglob("*") if path.is_file()}


def killed_at(monkeypatch: pytest.MonkeyPatch, step: str, ending: str) -> None:
    """The process ends where this method of Path is called on, or with, a file of this ending."""
    real = getattr(Path, step)

    def kill(path: Path, *rest: Path, **options: bool) -> object:
        if (rest[0] if rest else path).name.endswith(ending):
            raise Killed
        return real(path, *rest, **options)

    monkeypatch.setattr(Path, step, kill)


def stopped(*arguments: str, when: str, registry: Path) -> Ran:
    """The command as a program that gets Ctrl-C when a function (module:name) is called."""
    module, name = when.split(":")
    program = (
        "import builtins, importlib, runpy, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"if {name!r}:\n"
        f"    module = importlib.import_module({module!r})\n"
        f"    real = getattr(module, {name!r})\n"
        "    def hit(*a, **k):\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "        return real(*a, **k)\n"
        f"    setattr(module, {name!r}, hit)\n"
        "else:\n"
        "    find = builtins.__import__\n"
        "    def load(name, *a, **k):\n"
        f"        if name == {module!r}:\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "        return find(name, *a, **k)\n"
        "    builtins.__import__ = load\n"
        f"sys.argv = ['naap', 'plugin', *{arguments!r}, '--registry', {str(registry)!r}]\n"
        "runpy.run_module('naap', run_name='__main__', alter_sys=True)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    return Ran(found.returncode, found.stdout, found.stderr)


@pytest.mark.parametrize(
    "when",
    [
        "naap.app:",
        "plugins.commands.registry:RegistryEditor",
        "plugins.editing.registry_editor:parse_sources",
    ],
)
def test_a_command_that_is_stopped_early_says_one_line_and_changes_nothing(registry: Path, when: str) -> None:
    before = state(registry)
    found = stopped("remove", "beta", when=when, registry=registry)
    assert (found.returncode, found.stdout) == (130, "")
    assert found.stderr == "Interrupted; nothing was changed: run it again.\n"
    assert state(registry) == before


@pytest.mark.parametrize(
    "when", ["plugins.commands.registry:delete", "os:fsync", "plugins.editing.registry_editor:write_atomically"]
)
def test_a_command_that_is_stopped_late_ends_what_it_began_and_reports_it(registry: Path, when: str) -> None:
    found = stopped("remove", "beta", when=when, registry=registry)
    assert (found.returncode, found.stderr) == (0, "")
    assert "Removed beta" in found.stdout
    assert [Path(name).name for name in state(registry)] == ["registry.yaml", "plugin.json"] or len(
        state(registry)
    ) == 2
    assert "beta:" not in registry.read_text()


@pytest.mark.parametrize(("step", "ending"), [("unlink", ".plugin.json"), ("replace", "registry.yaml")])
def test_a_removal_that_was_killed_halfway_is_ended_by_the_next(
    registry: Path, monkeypatch: pytest.MonkeyPatch, step: str, ending: str
) -> None:
    with monkeypatch.context() as patch:
        killed_at(patch, step, ending)
        with pytest.raises(Killed):
            remove(registry, "beta")
    assert run("validate", registry=registry).returncode == 0
    assert run("remove", "beta", registry=registry).returncode == 0
    assert run("validate", registry=registry).returncode == 0
    assert "beta:" not in registry.read_text()


def test_an_addition_that_was_killed_halfway_is_ended_by_the_next_or_taken_back(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = manifest(tmp_path)
    kept = registry.parent / "manifests" / "new-one.plugin.json"
    for way_out in (lambda: run("add", source, registry=registry), kept.unlink):
        before = registry.read_text()
        with monkeypatch.context() as patch:
            killed_at(patch, "replace", "registry.yaml")
            with pytest.raises(Killed):
                run("add", source, registry=registry)
        assert registry.read_text() == before
        found = run("validate", registry=registry)
        assert found.returncode == 2
        assert "run that again, or delete" in found.stderr
        assert found.stderr.rstrip().endswith("manifests/new-one.plugin.json")
        way_out()
        assert run("validate", registry=registry).returncode == 0
        registry.write_text(before)
        kept.unlink(missing_ok=True)


@pytest.mark.parametrize("edit", ["add", "remove", "rotate"])
def test_a_file_that_another_command_changed_meanwhile_is_not_overwritten(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    arguments = {"add": ("add", manifest(tmp_path)), "remove": ("remove", "beta"), "rotate": ("rotate", "alpha")}[edit]
    real = registry_editor.parse_sources
    told: list[str] = []

    def other(text: str, **options: object) -> object:
        # Between reading and writing; once, as the other command checks the registry as well.
        if not told:
            told.append("")
            told.append(run("rotate", "base-svc", registry=registry).stderr)
        return real(text, **options)  # pyright: ignore[reportArgumentType]  # passed on

    monkeypatch.setattr(registry_editor, "parse_sources", other)
    found = run(*arguments, registry=registry)
    assert told == ["", ""]
    assert found.returncode == 2
    assert "changed by another meanwhile" in found.stderr
    assert "passwordGeneration: 2" in registry.read_text()
    assert (registry.parent / "manifests" / "beta.plugin.json").exists()
    assert not (registry.parent / "manifests" / "new-one.plugin.json").exists()
    assert run(*arguments, registry=registry).returncode == 0


def test_two_commands_at_once_both_do_their_work_or_say_so(registry: Path) -> None:
    names = ("base-svc", "alpha") * 2
    command = [sys.executable, "-m", "naap", "plugin", "rotate", "--registry", str(registry)]
    running = [
        subprocess.Popen([*command, name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for name in names
    ]
    done = [(name, each.communicate(timeout=120), each.returncode) for name, each in zip(names, running, strict=True)]
    assert {code for *_, code in done} <= {0, 2}
    for name in set(names):
        generation = 1 + sum(1 for each, _, code in done if each == name and code == 0)
        assert RegistryEditor(registry).entry(name).database.password_generation == generation  # pyright: ignore[reportOptionalMemberAccess]  # both have one


def test_a_link_to_a_registry_stays_a_link(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = registry.rename(tmp_path / "elsewhere" / "real.yaml")
    registry.symlink_to(os.path.relpath(target, registry.parent))
    assert run("rotate", "alpha", registry=registry).returncode == 0
    assert registry.is_symlink()
    assert "passwordGeneration: 2" in target.read_text()


def protect_file(registry: Path) -> None:
    registry.chmod(0o444)


def make_folder_of_manifest(registry: Path) -> None:
    kept = registry.parent / "manifests" / "beta.plugin.json"
    kept.unlink()
    kept.mkdir()


@pytest.mark.parametrize("spoil", [protect_file, make_folder_of_manifest])
def test_what_can_not_be_written_stops_a_removal_before_it_changes_anything(
    registry: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(registry)
    before = state(registry)
    found = run("remove", "beta", registry=registry)
    assert found.returncode == 2
    assert "a file that can be written" in found.stderr
    assert state(registry) == before


@pytest.mark.parametrize("arguments", [("remove", "beta"), ("rotate", "alpha")])
def test_a_full_disk_leaves_everything_as_it_was(
    registry: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = state(registry)
    monkeypatch.setattr(files.os, "fsync", full)
    found = run(*arguments, registry=registry)
    assert found.returncode == 2
    assert "No space left" in found.stderr
    assert state(registry) == before
