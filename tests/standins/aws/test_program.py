"""What the program uses of AWS, read off its source, is played."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.standins.aws.functions import ANSWERS
from rehearsal.standins.aws.identity import IDENTITIES
from tests.standins.aws.conftest import Cloud

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [ROOT / "__main__.py", *sorted((ROOT / "components").rglob("*.py"))]


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, as `ec2` for pulumi_aws.ec2 or "" for pulumi_aws itself."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {item.asname or item.name: "" for item in node.names if item.name == "pulumi_aws"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pulumi_aws":
            module = (node.module or "").removeprefix("pulumi_aws").strip(".")
            names |= {item.asname or item.name: f"{module}.{item.name}".strip(".") for item in node.names}
    return names


def _calls(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of everything of pulumi_aws that a file calls: `ec2.Vpc(...)` is ("ec2", "Vpc")."""
    tree = ast.parse(path.read_text())
    aliases = _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, *rest = ast.unparse(node.func).split(".")
            if first in aliases:
                module, _, name = ".".join([aliases[first], *rest]).strip(".").rpartition(".")
                yield module, name


@pytest.fixture(scope="module")
def used() -> set[tuple[str, str]]:
    return {call for path in PROGRAM if path.exists() for call in _calls(path)}


def test_every_resource_type_of_the_program_is_played(cloud: Cloud, used: set[tuple[str, str]]) -> None:
    tokens = {(folder.rstrip("_"), name): token for token, (folder, name) in cloud.sdk.tokens.items()}
    types = {tokens[place] for place in used if place in tokens}
    assert len(types) > 40, "the program uses more types than this finds: it imports pulumi_aws in another way"
    assert sorted(token for token in types if token.split(":")[1] not in IDENTITIES) == []
    for token in types:
        assert cloud.sdk.resource(token).inputs.properties


def test_every_function_of_the_program_is_played(cloud: Cloud, used: set[tuple[str, str]]) -> None:
    functions = {(module, name.removesuffix("_output")) for module, name in used if name.startswith("get_")}
    assert functions, "the program asks AWS something, but this finds nothing"
    for module, name in functions:
        first, *rest = name.split("_")
        wire = first + "".join(word.capitalize() for word in rest)
        key = f"{module or 'index'}/{wire}"
        assert key in ANSWERS
        assert cloud.sdk.function(f"aws:{key}:{wire}").result.properties
