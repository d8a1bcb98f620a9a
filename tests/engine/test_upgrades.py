"""The real engine upgrades PostgreSQL and Kubernetes as docs/upgrading-*.md say; AWS is played."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.made_up import registry_text
from benchmarks.program import Program
from planning.cluster.cluster import VERSION
from planning.database.shard import ENGINE_VERSION
from rehearsal import RehearsalError
from rehearsal.tools.toolbox import Found
from tests.stateful import DATA, GROUND

USERS = 10_000  # one shard, with a replica
SETTINGS = {"naap:users": USERS, "naap:monthlyBudgetUsd": None}


@pytest.fixture(scope="module")
def program(tools: Mapping[str, Found], tmp_path_factory: pytest.TempPathFactory) -> Program:
    """An environment as it is pinned, up."""
    made = Program(tmp_path_factory.mktemp("upgrades") / "program", stack="dev", pulumi=tools["pulumi"])
    made.set_registry(registry_text(1))
    _up(made)
    return made


def _up(program: Program, **settings: object) -> list[tuple[str, str]]:
    """What changes, as (step, name), in order. Raises RehearsalError where it fails."""
    program.configure("dev", {**SETTINGS, **{f"naap:{name}": value for name, value in settings.items()}})
    engine = program.engine()
    types = {resource["urn"]: resource["type"] for resource in engine.resources()}
    steps = engine.operate("upgrade", "up", "--yes", "--skip-preview").steps
    lost = [step for step in steps if types.get(step[1]) in DATA + GROUND and step[0] not in ("same", "update")]
    assert not lost
    return [(step, urn.rpartition("::")[2]) for step, urn in steps if step not in ("same", "read")]


def _pin(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_new_major_version_of_postgresql_waits_for_the_stack_and_then_upgrades_in_place(program: Program) -> None:
    newer = str(int(ENGINE_VERSION) + 1)
    pinned = program.root / "planning" / "database" / "shard.py"
    _pin(pinned, f'ENGINE_VERSION = "{ENGINE_VERSION}"', f'ENGINE_VERSION = "{newer}"')
    with pytest.raises(RehearsalError, match="pulumi config set naap:allowMajorVersionUpgrade true"):
        _up(program)

    steps = _up(program, allowMajorVersionUpgrade=True)
    group, primary, replica = (f"database-0-{part}" for part in ("parameters", "primary", "r1"))
    order = [
        ("create-replacement", group),
        ("update", primary),
        ("update", replica),
        ("delete-replaced", group),
    ]
    assert [step for step in steps if step in order] == order

    assert {name for _, name in _up(program)} == {primary}, "the permission ends"
    assert _up(program) == []


def test_kubernetes_goes_up_by_one_minor_version_in_place_and_by_two_not_at_all(program: Program) -> None:
    minor = int(VERSION.partition(".")[2])
    pinned = program.root / "planning" / "cluster" / "cluster.py"
    _pin(pinned, f'VERSION = "{VERSION}"', f'VERSION = "1.{minor + 2}"')
    with pytest.raises(RehearsalError, match="one minor version at a time"):
        _up(program)

    _pin(pinned, f'VERSION = "1.{minor + 2}"', f'VERSION = "1.{minor + 1}"')
    clusters = [step for step in _up(program) if re.fullmatch(r"use1-cluster-eks", step[1])]
    assert clusters == [("update", "use1-cluster-eks")]
