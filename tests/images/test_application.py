"""What builds the application's images: every entry has a target, and pods find in them what they are promised."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from planning.inputs.registry.entry import MANIFEST_PATHS
from planning.plugin.workload import USER
from tests.plugin_plans import real_registry

FOLDER = Path(__file__).resolve().parents[2] / "images"
BAKE = (FOLDER / "docker-bake.hcl").read_text()
DOCKERFILES = [FOLDER / name / "Dockerfile" for name in ("service", "web-next")]


def targets() -> Mapping[str, str]:
    """Folders of the workspace, by the entry that runs what is built of them."""
    return dict(re.findall(r'\{ name = "([\w-]+)", folder = "([\w/-]+)" \}', BAKE))


def test_every_backend_of_the_registry_is_built_under_its_name() -> None:
    built = {*targets(), "web-next"}

    for plugin in real_registry().plugins:
        if plugin.backend:
            assert plugin.name in built
            assert plugin.backend.image.partition(":")[0].endswith(f"/naap-{plugin.name}")
    assert 'tags       = ["${REGISTRY}/naap-${each.name}:${VERSION}"]' in BAKE


def test_each_is_built_for_both_architectures() -> None:
    assert re.findall(r"platforms\s+= (.*)", BAKE) == ['["linux/arm64", "linux/amd64"]'] * 3


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_bases_are_stated_by_digest_and_the_user_is_the_pods(file: Path) -> None:
    text = file.read_text()

    assert re.findall(r"^ARG NODE=\S+@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert {line.split()[-1] for line in re.findall(r"^FROM .*\$\{NODE\}.*$", text, re.MULTILINE)} >= {"${NODE}"}
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == [f"{USER}:{USER}"]


def test_programs_find_their_plugin_json_two_folders_up() -> None:
    text = DOCKERFILES[0].read_text()
    (folder,) = re.findall(r"^WORKDIR (/app\S*)$", text, re.MULTILINE)
    (program,) = re.findall(r'^CMD \["node", .*"(\S+)"\]$', text, re.MULTILINE)

    assert str((Path(folder) / program).parent.parent.parent / "plugin.json") == MANIFEST_PATHS[0]
