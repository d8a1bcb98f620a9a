"""What the base of all components gives them, and that all of them stand on it."""

import ast
from pathlib import Path

import pulumi
from pulumi_aws import sns

from components.shared.component import Component
from tests.components.recording import one, run

COMPONENTS = Path(__file__).resolve().parent.parent.parent / "components"
BASE = COMPONENTS / "shared" / "component.py"
_TOPIC = "aws:sns/topic:Topic"


class _Telling(Component, token="naap:test:Telling"):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.register_outputs({"told": name})


class _Silent(Component, token="naap:test:Silent"):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        _Telling(f"{name}-told", self.child())
        first = sns.Topic(f"{name}-first", opts=self.child())
        sns.Topic(f"{name}-second", opts=self.child(first))


def test_a_component_is_registered_whole_whether_or_not_it_shows_anything() -> None:
    made = run(lambda: _Silent("silent"))
    silent, telling = one(made.records, "naap:test:Silent"), one(made.records, "naap:test:Telling")
    assert made.outputs[silent.urn] == {}
    assert made.outputs[telling.urn] == {"told": "silent-told"}


def test_a_child_lies_below_its_component_and_after_what_it_needs() -> None:
    records = run(lambda: _Silent("silent")).records
    silent = one(records, "naap:test:Silent")
    first, second = (one(records, _TOPIC, f"silent-{which}") for which in ("first", "second"))
    assert first.parent == second.parent == silent.urn
    assert (first.dependencies, second.dependencies) == ((), (first.urn,))


def test_every_component_states_its_type_as_a_literal_of_its_own() -> None:
    tokens: list[str] = []
    for path in sorted(COMPONENTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and path != BASE:
                assert "pulumi.ComponentResource" not in [ast.unparse(base) for base in node.bases], path
                tokens += [ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg == "token"]
    assert tokens
    assert len(tokens) == len(set(tokens))
