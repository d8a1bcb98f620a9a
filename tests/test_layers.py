"""Imports point one way: planning <- plugins <- components <- __main__; policies and rehearsal stand apart."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"planning", "plugins", "components", "policies", "rehearsal", "tests"}
ALLOWED = {
    "planning": {"planning"},
    "plugins": {"planning", "plugins"},
    "components": {"planning", "plugins", "components"},
    "policies": {"policies"},
    "rehearsal": {"planning", "plugins", "rehearsal"},
}
WITHOUT_ENGINE = {"planning", "plugins"}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def _modules(package: str) -> list[Path]:
    # A command (__main__) sits on top of its layer: it may call what is above.
    return [path for path in sorted((ROOT / package).rglob("*.py")) if path.name != "__main__.py"]


@pytest.mark.parametrize("package", ALLOWED)
def test_a_layer_imports_only_what_lies_below_it(package: str) -> None:
    modules = _modules(package)
    assert modules, f"{package} has no modules: the layout has changed"
    wrong = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in modules
        if (found := (_imports(path) & OURS) - ALLOWED[package])
    }
    assert not wrong


@pytest.mark.parametrize("package", sorted(WITHOUT_ENGINE))
def test_planning_and_the_registry_never_import_the_engine(package: str) -> None:
    assert not [str(path) for path in _modules(package) if any(name.startswith("pulumi") for name in _imports(path))]


def test_nothing_in_the_program_asks_whether_it_is_rehearsed() -> None:
    words = re.compile(r"\b(rehears\w*|stand-?in|NAAP_CLUSTERS)\b", re.IGNORECASE)
    program = [ROOT / "__main__.py", *_modules("components"), *_modules("planning")]
    asking = {str(path) for path in program if words.search(path.read_text())}
    assert not asking


def test_every_folder_of_tests_is_one_that_a_run_of_all_looks_into(pytestconfig: pytest.Config) -> None:
    skipped: list[str] = pytestconfig.getini("norecursedirs")
    folders = {file.parent for file in (ROOT / "tests").rglob("test_*.py")}
    names = {part for folder in folders for part in folder.relative_to(ROOT).parts}
    assert "build" in names
    assert not {name for name in names for pattern in skipped if fnmatch(name, pattern)}
