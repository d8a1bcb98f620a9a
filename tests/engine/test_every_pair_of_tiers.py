"""The real engine takes an environment from every tier to every other; AWS is played, objects in clusters are not kept.

Its users grow and shrink: what keeps data, and what all else stands on, is never made anew, and at home never removed.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from benchmarks.made_up import registry_text
from benchmarks.program import Program
from rehearsal import RehearsalError
from rehearsal.events import Outcome
from rehearsal.tools.toolbox import Found
from tests.stateful import DATA, GROUND

USERS = (1_000, 10_000, 50_000, 100_000)
WALK = (0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0)
"""Each of the twelve ways from one tier to another, once."""
HOME = "us-east-1"
EMPTY_SHARD = re.compile(r"database-[1-9]-")
"""All schemas of the walk are on shard 0."""


@pytest.fixture(scope="module")
def program(tools: Mapping[str, Found], tmp_path_factory: pytest.TempPathFactory) -> Program:
    """An environment of base-svc and one plugin that asks for everything."""
    made = Program(tmp_path_factory.mktemp("tiers") / "program", stack="dev", pulumi=tools["pulumi"])
    made.set_registry(registry_text(1))
    return made


def test_the_walk_takes_every_way_once() -> None:
    tiers = range(len(USERS))

    assert sorted(pairwise(WALK)) == [(one, other) for one in tiers for other in tiers if one != other]


def test_no_number_of_users_makes_anew_or_removes_what_keeps_data(program: Program) -> None:
    storage: int | None = None
    refused = 0
    wrong: list[str] = []
    for step, after in enumerate(WALK):
        way = f"tier {WALK[step - 1]} to {after}" if step else f"tier {after}"
        try:
            losses = _change(program, way, USERS[after], storage)
        except RehearsalError as error:
            # Storage that is there stays, as the error says how; nothing else refuses a change of users.
            said = re.search(r"pulumi config set naap:storageGib (\d+)", str(error))
            assert said, error
            storage, refused = int(said[1]), refused + 1
            losses = _change(program, way, USERS[after], storage)
        wrong += [f"{way}: {loss}" for loss in losses]

    assert wrong == []
    assert refused >= 1


def _change(program: Program, way: str, users: int, storage: int | None) -> list[str]:
    """Changes users, and floor of storage. Gives the steps that lose what may not be lost."""
    program.configure("dev", {"naap:users": users, "naap:storageGib": storage, "naap:monthlyBudgetUsd": None})
    engine = program.engine()
    before = {resource["urn"]: resource for resource in engine.resources()}
    return list(_losses(before, engine.operate(way, "up", "--yes", "--skip-preview")))


def _losses(before: Mapping[str, Mapping[str, Any]], outcome: Outcome) -> Iterator[str]:
    for step, urn in outcome.steps:
        resource = before.get(urn)
        if resource is None or resource["type"] not in DATA + GROUND:
            continue
        if "replace" in step or (step == "delete" and _keeps(resource)):
            yield f"{step} {urn}"


def _keeps(resource: Mapping[str, Any]) -> bool:
    """What a tier may let go of: replicas, the limiter's counters of a minute, and the region that it doesn't need.

    And shards without a schema, outside production: those with one are held (tests/planning/test_prior_state.py).
    """
    inputs: Mapping[str, Any] = resource["inputs"]
    name = resource["urn"].rpartition("::")[2]
    return (
        resource.get("outputs", {}).get("region") == HOME
        and "replicateSourceDb" not in inputs
        and not name.endswith("-limits")
        and not EMPTY_SHARD.match(name)
    )
