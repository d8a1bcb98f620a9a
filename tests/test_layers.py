"""Imports point one way, between folders and inside planning and components: docs/architecture.md draws it."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from benchmarks.program import FOLDERS as COPIED

ROOT = Path(__file__).resolve().parent.parent

FOLDERS: Mapping[str, set[str]] = {
    "planning": set(),
    "console": {"planning"},
    "components": {"planning"},
    "analysis": {"planning", "console"},
    "plugins": {"planning", "console"},
    "policies": set(),
    "stack": {"planning", "console", "analysis", "plugins"},
    "doctor": {"planning", "console", "analysis", "plugins"},
    "rehearsal": {"planning", "console", "stack"},
    "naap": {"planning", "console", "analysis", "plugins", "policies", "stack", "doctor", "rehearsal"},
    "benchmarks": {
        "planning",
        "console",
        "components",
        "analysis",
        "plugins",
        "policies",
        "stack",
        "rehearsal",
        "naap",
        "tests",
    },
    "__main__": {"planning", "components", "stack"},
}
"""What each folder may import besides itself."""

PLANNING = (
    {"preview"},
    {"platform"},
    {"region"},
    {"region_pods"},
    {"plugin"},
    {"edge", "prior_state", "observability"},
    {"gateway", "database"},
    {"data", "cluster", "network"},
    {"inputs", "shared"},
)
COMPONENTS = (
    {"platform", "preview"},
    {"region_plugins"},
    {"plugin", "edge", "region"},
    {"gateway", "foundation"},
    {"database", "data", "cluster"},
    {"network", "observability", "stack"},
    {"shared", "startup"},
)
"""Floors, from the top: each uses those below it, and the rooms of its own floor where they make no circle."""

WITHOUT_ENGINE = ("planning", "console", "analysis", "plugins", "stack", "doctor", "naap")
FILES_OF_A_FOLDER = 16
FOLDERS_OF_FEW_FILES = tuple(folder for folder in FOLDERS if folder != "__main__")

Modules = Mapping[str, set[str]]


def _files(folder: str) -> list[Path]:
    if folder == "__main__":
        return [ROOT / "__main__.py"]
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} has no modules: the layout has changed"
    return files


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _imports(path: Path) -> set[str]:
    """Every module that a file may import: `from a import b` names a, and a.b where that is one."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_module(node.value):
            found.add(node.value)  # of import_module
    return found


def _is_module(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", text)) and (ROOT / f"{text.replace('.', '/')}.py").is_file()


def _inside(folder: str) -> Modules:
    """Each module of a folder with the ones of the same folder that it imports."""
    names = {_name(path) for path in _files(folder)}
    return {_name(path): (_imports(path) & names) - {_name(path)} for path in _files(folder)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_lies_below_it(folder: str) -> None:
    wrong = {
        _name(path): sorted(found)
        for path in _files(folder)
        if (
            found := ({name.split(".")[0] for name in _imports(path)} & {*FOLDERS, "tests"})
            - FOLDERS[folder]
            - {folder}
        )
    }
    assert not wrong


@pytest.mark.parametrize(("folder", "floors"), [("planning", PLANNING), ("components", COMPONENTS)])
def test_a_room_uses_only_those_of_its_floor_and_below(folder: str, floors: tuple[set[str], ...]) -> None:
    height = {f"{folder}.{room}": len(floors) - floor for floor, rooms in enumerate(floors) for room in rooms}

    def room(module: str) -> str:
        return ".".join(module.split(".")[:2])

    unknown = {room(module) for module in _inside(folder)} - height.keys() - {f"{folder}.__init__"}
    assert not unknown, "name their floor here"
    up = [
        f"{module} -> {used}"
        for module, many in _inside(folder).items()
        for used in sorted(many)
        if height.get(room(used), 0) > height.get(room(module), 0)
    ]
    assert not up


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder != "__main__"])
def test_no_modules_import_each_other_in_a_circle(folder: str) -> None:
    assert not _circle(_inside(folder))


@pytest.mark.parametrize("folder", ["planning", "components"])
def test_no_rooms_import_each_other_in_a_circle(folder: str) -> None:
    rooms: dict[str, set[str]] = {}
    for module, used in _inside(folder).items():
        room = module.split(".")[1]
        rooms.setdefault(room, set()).update({name.split(".")[1] for name in used} - {room})
    assert not _circle(rooms)


def _circle(modules: Modules) -> list[str]:
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_what_the_checks_look_for_is_found() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not _circle({"a": {"b", "c"}, "b": {"c"}})
    assert "components.platform" in _imports(ROOT / "__main__.py")


@pytest.mark.parametrize("folder", WITHOUT_ENGINE)
def test_decisions_the_registry_and_commands_never_import_the_engine(folder: str) -> None:
    assert not [_name(path) for path in _files(folder) if any(name.startswith("pulumi") for name in _imports(path))]


def test_only_the_money_budget_check_of_analysis_is_deployed() -> None:
    used = {name for name in _imports(ROOT / "stack" / "plan.py") if name.startswith("analysis.")}
    assert used <= {"analysis.cost.estimate", "analysis.cost.estimate.check_budget"}


@pytest.mark.parametrize("folder", FOLDERS_OF_FEW_FILES)
def test_no_folder_holds_more_files_than_a_reader_takes_in(folder: str) -> None:
    crowded = {
        str(place.relative_to(ROOT)): count
        for place in ((ROOT / folder), *(ROOT / folder).rglob("*/"))
        if (count := len(list(place.glob("*.py")))) > FILES_OF_A_FOLDER
    }
    assert not crowded


def test_a_copy_of_the_program_has_every_folder_that_it_imports() -> None:
    needed, new = set[str](), {"__main__", "rehearsal"}
    while new:
        needed |= new
        new = {name for folder in new for name in FOLDERS[folder]} - needed
    assert needed - {"__main__"} <= {*COPIED}


def test_nothing_in_the_program_asks_whether_it_is_rehearsed() -> None:
    words = re.compile(r"\b(rehears\w*|stand-?in|NAAP_ACCOUNT|NAAP_CLUSTERS)\b", re.IGNORECASE)
    program = [path for folder in ("__main__", "components", "planning") for path in _files(folder)]
    assert not [_name(path) for path in program if words.search(path.read_text())]


def _texts() -> Iterator[Path]:
    for suffix in ("py", "md", "yaml", "yml"):
        for path in ROOT.rglob(f"*.{suffix}"):
            if not any(part.startswith(".") and part != ".github" for part in path.relative_to(ROOT).parts):
                yield path


def test_every_file_that_a_text_names_is_there() -> None:
    named = re.compile(
        r"(?<![\w./])(?:(?:tests/)?(?:planning|components|plugins|policies|analysis|console|stack|doctor|naap)/[a-z_/]+\.py)\b"
    )
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in _texts()
        for name in named.findall(path.read_text())
        if not (ROOT / name).is_file()
    }
    assert not missing


MODULE = re.compile(
    r"(?<![\w./@-])(?:planning|components|plugins|policies|analysis|console|stack|doctor|rehearsal|benchmarks|tests)"
    r"(?:\.(?!py\b|md\b|ya?ml\b|invalid\b)[a-z_]\w*)+\b(?![(/-])|(?<=-m )naap(?:\.\w+)*"
)
"""A dotted name, of a module or of what is in one."""


def _prose(path: Path) -> str:
    """Of a program its comments and strings: its imports are checked where it runs."""
    text = path.read_text()
    if path.suffix != ".py":
        return text
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join(token.string for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING))


def _is_there(name: str) -> bool:
    """Whether a module, or a module that says the last word, has this name."""
    module, _, last = name.rpartition(".")
    here, above = ROOT / name.replace(".", "/"), (ROOT / module.replace(".", "/")).with_suffix(".py")
    if here.is_dir() or here.with_suffix(".py").is_file():
        return True
    return above.is_file() and re.search(rf"\b{last}\b", above.read_text()) is not None


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("planning.shared.images.mirrored", True),
        ("tests.build.listing", True),
        ("planning.shared.images.lost", False),
        ("planning.pods", False),
    ],
)
def test_a_name_is_there_if_its_module_is_and_says_it(name: str, *, there: bool) -> None:
    assert _is_there(name) is there


def test_every_module_that_a_text_names_is_there() -> None:
    texts = (path for path in _texts() if path != Path(__file__))
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in texts
        for name in MODULE.findall(_prose(path))
        if not _is_there(name)
    }
    assert not missing


def test_every_folder_of_tests_is_one_that_a_run_of_all_looks_into(pytestconfig: pytest.Config) -> None:
    skipped: list[str] = pytestconfig.getini("norecursedirs")
    folders = {file.parent for file in (ROOT / "tests").rglob("test_*.py")}
    names = {part for folder in folders for part in folder.relative_to(ROOT).parts}
    assert "build" in names
    assert not {name for name in names for pattern in skipped if fnmatch(name, pattern)}
