"""Every `kubectl` command on a page names kinds that a real API server knows, and objects that the program makes."""

from pathlib import Path

import pytest

from tests.build.environments import Environment, build, plan
from tests.conftest import RunningControlPlane
from tests.docs.commands import Command, commands
from tests.docs.kubectl_commands import Estate, estate_of, parse, problems

ALL = [command for command in commands("kubectl") if parse(command.words).targets or parse(command.words).options]
FULL = Environment(users=50_000, production=True)
"""A tier that has every part."""


@pytest.fixture(scope="module")
def estate(control_plane: RunningControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """What a control plane serves and the program makes."""
    folder: Path = tmp_path_factory.mktemp("registry")
    return estate_of(control_plane.api, build(plan(FULL, folder)).records)


@pytest.mark.parametrize("command", ALL, ids=str)
def test_a_command_finds_what_it_names(command: Command, estate: Estate) -> None:
    assert list(problems(command.words, estate)) == []


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("kubectl -n naap-poolers get pods", "no namespace naap-poolers"),
        ("kubectl get hpa NAME", "none is named"),
        ("kubectl -n naap-pooler get poolers", "knows no poolers"),
        ("kubectl -n naap-pooler logs deploy/pooler-9", "no deployments/naap-pooler/pooler-9"),
        ("kubectl -n naap-pooler logs deploy/pooler-0 -c bouncer", "no container bouncer"),
        ("kubectl -n naap-gateway get pods -l component=proxy", "nobody has the labels"),
        ("kubectl -n naap-gateway restart pods", "not one of"),
        ("kubectl -n naap-gateway get pods --all", "no such option"),
    ],
)
def test_a_wrong_command_is_found(command: str, fault: str, estate: Estate) -> None:
    assert any(fault in problem for problem in problems(command.split(), estate))
