"""The destruction of production, as docs/operations.md has it: refused until somebody lifts the protection.

Chapters that build on each other, in order.
"""

from collections.abc import Iterator

import pytest

from tests.docs.commands import commands
from tests.engine.checkout import Checkout, rehearsed
from tests.engine.cluster_objects import api_of, in_the_cluster

USERS = 10_000
"""The smallest tier that the policy pack takes for production."""
QUIET = {
    "up": ("--yes", "--skip-preview", "--non-interactive", "--parallel", "32"),
    "destroy": ("--yes", "--skip-preview", "--non-interactive", "--parallel", "32"),
}
"""What a person answers, by command."""
LIFT = ("pulumi", "config", "set", "naap:production", "false")


@pytest.fixture(scope="module")
def production(tools: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Of prod. tools: got before, so that no test waits for them."""
    assert tools
    with rehearsed(tmp_path_factory.mktemp("engine") / "checkout", "prod") as copy:
        yield copy


def _page() -> list[tuple[str, ...]]:
    """The first three commands of the page's section."""
    words = [command.words for command in commands("pulumi") if command.page == "docs/operations.md"]
    start = words.index(LIFT)
    return words[start : start + 3]


def test_the_page_says_these_three_steps() -> None:
    assert _page() == [LIFT, ("pulumi", "up"), ("pulumi", "destroy")]


def test_production_is_not_destroyed_as_it_stands(production: Checkout) -> None:
    production.set_users(USERS)
    production.up()
    before = production.resources()
    assert any(resource.get("protect") for resource in before.values())

    refused = production.pulumi("destroy", *QUIET["destroy"])

    assert refused.returncode != 0
    assert "protect" in refused.stdout + refused.stderr
    held = {urn for urn, resource in before.items() if resource.get("protect")}
    assert held <= production.resources().keys()


def test_the_steps_of_the_page_leave_nothing(production: Checkout) -> None:
    for _, command, *arguments in _page():
        said = production.pulumi(command, *arguments, *QUIET.get(command, ()))
        assert said.returncode == 0, said.stdout + said.stderr

    assert production.resources() == {}
    assert in_the_cluster(api_of(production.state / "clusters.json")) == set()
