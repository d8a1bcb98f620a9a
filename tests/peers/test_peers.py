"""The objects that the program builds, given to the pack's peers: what one finds is exempted, by reason and date."""

import datetime
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.progress import Progress
from rehearsal.tools.toolbox import Found, Toolbox
from tests import tools
from tests.build.environments import TIERS, build, plan
from tests.conftest import RunningControlPlane
from tests.peers.judges import Finding, ask_checkov, checkov, kube_score, kubeconform
from tests.peers.objects import write_objects
from tests.peers.schemas import write_schemas

SMALLEST, LARGEST = TIERS[0], TIERS[-1]
SHORTEST_REASON = 20


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """What stays until a day."""

    check: str
    where: str
    reason: str
    until: datetime.date

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of this finding."""
        return self.check == finding.check and fnmatchcase(finding.where, self.where)


def exemptions() -> list[Exemption]:
    entries: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("exemptions.yaml").read_text())
    return [Exemption(**entry) for entry in entries]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of the smallest and of the largest tier."""
    found: list[Path] = []
    for environment in (SMALLEST, LARGEST):
        folder = tmp_path_factory.mktemp(f"objects-{environment.users}")
        found += write_objects(build(plan(environment, folder)).records, folder)
    return found


@pytest.fixture(scope="module")
def peers() -> dict[str, Found]:
    return dict(Toolbox(Progress(sys.stderr)).get(tools.PEERS))


def unexplained(findings: Sequence[Finding]) -> list[str]:
    known = exemptions()
    return [
        f"{finding.check} {finding.where}: {finding.said}"
        for finding in findings
        if not any(exemption.covers(finding) for exemption in known)
    ]


@pytest.mark.timeout(600)
def test_kube_score_finds_nothing_that_is_not_exempted(files: list[Path], peers: dict[str, Found]) -> None:
    found = [finding for file in files for finding in kube_score(peers["kube-score"].path, [file])]
    assert found, "it always finds something: has it read the objects?"
    assert not unexplained(found)


@pytest.mark.timeout(600)
def test_every_object_has_the_schema_of_the_real_api_server(
    files: list[Path], peers: dict[str, Found], control_plane: RunningControlPlane, tmp_path: Path
) -> None:
    location = write_schemas(control_plane.api, tmp_path)
    found = list(kubeconform(peers["kubeconform"].path, location, files))
    assert not unexplained(found)


@pytest.mark.timeout(600)
def test_kubeconform_refuses_a_field_that_the_api_does_not_know(
    peers: dict[str, Found], control_plane: RunningControlPlane, tmp_path: Path
) -> None:
    location = write_schemas(control_plane.api, tmp_path)
    wrong = tmp_path / "wrong.yaml"
    metadata = {"name": "a", "namespace": "b"}
    wrong.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"typ": 1}}))
    (found,) = kubeconform(peers["kubeconform"].path, location, [wrong])
    assert "typ" in found.said


@pytest.mark.timeout(600)
def test_checkov_finds_nothing_that_is_not_exempted(files: list[Path]) -> None:
    program = checkov()
    if program is None:
        pytest.skip(
            "checkov is not on this machine: `make checkov` gets it, CHECKOV=.venv-checkov/bin/checkov names it"
        )
    assert not unexplained(list(ask_checkov(program, files)))


def test_no_exemption_of_a_peer_has_ended_or_is_without_reason() -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    for exemption in exemptions():
        assert exemption.until >= today, f"{exemption.check}: look at it again"
        assert len(exemption.reason) > SHORTEST_REASON, exemption.check
