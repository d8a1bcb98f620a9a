"""The one workspace in which tools are built."""

import json
from pathlib import Path

import pytest

from rehearsal import RehearsalError
from rehearsal.tools import go_toolchain, go_workspace

GO = Path("go")
REPLACED = {stub.name for stub in go_workspace.TRIMMED.rglob("*.go")} - {"package.go"}


def module_cache(folder: Path, *, without: str = "") -> Path:
    """Both trimmed modules as Go's cache has them: for reading only, with tests; without: a package that is gone."""
    for module in go_workspace.TRIMMED_MODULES:
        for stub in (go_workspace.TRIMMED / module).rglob("*.go"):
            package = folder / module / stub.parent.relative_to(go_workspace.TRIMMED / module)
            if package.name == without:
                continue
            package.mkdir(parents=True, exist_ok=True)
            for name in (*REPLACED, "theirs.go", "theirs_test.go"):
                (package / name).write_text("package theirs")
        (folder / module).chmod(0o555)
    return folder


def make(cache: Path, folder: Path) -> Path:
    def downloaded(command: list[str], _: Path, environment: dict[str, str]) -> str:
        assert environment == {"GOWORK": str(go_workspace.FILE)}, "checked against the sums of the whole workspace"
        return "go: downloading\n" + json.dumps({"Dir": str(cache / command[-1])})

    folder.mkdir()
    return go_workspace.make(GO, downloaded, folder)


def test_a_stub_takes_the_place_of_its_package_or_of_the_file_of_its_name(tmp_path: Path) -> None:
    written = make(module_cache(tmp_path / "cache"), tmp_path / "work")
    pulumi = written.parent / "github.com/pulumi/pulumi/pkg/v3"
    assert [file.name for file in (pulumi / "authhelpers").iterdir()] == ["package.go"]
    assert {file.name for file in (pulumi / "operations").iterdir()} == {*REPLACED, "theirs.go"}
    assert "left out" in (pulumi / "operations" / "operations_aws.go").read_text()


def test_the_workspace_names_every_module_where_it_is_and_has_the_sums_of_all(tmp_path: Path) -> None:
    written = make(module_cache(tmp_path / "cache"), tmp_path / "work")
    for module in go_workspace.modules():
        assert f"\t{go_toolchain.MODULES / module}\n" in written.read_text()
    assert f"\tgocloud.dev => {written.parent}/gocloud.dev\n" in written.read_text()
    assert written.with_suffix(".work.sum").read_bytes() == go_workspace.FILE.with_suffix(".work.sum").read_bytes()


def test_a_stub_of_a_package_that_a_new_version_lacks_is_said(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"azureblob/package\.go stands in for nothing.*Remove or move it"):
        make(module_cache(tmp_path / "cache", without="azureblob"), tmp_path / "work")
