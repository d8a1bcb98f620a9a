"""What builds the application's images: every entry has a target, and pods find in them what they are promised."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

import pytest

from planning.inputs.registry.entry import MANIFEST_PATHS
from planning.plugin.workload import USER
from rehearsal.control_plane.programs import free_port
from rehearsal.live.images.examples import APPLICATION, StandIn
from tests.plugin_plans import real_registry
from tests.wait import wait_for

FOLDER = Path(__file__).resolve().parents[2] / "images"
BAKE = (FOLDER / "docker-bake.hcl").read_text()
NEXT = """module.exports = ({ hostname, port, conf }) => ({
  prepare: async () => {},
  getRequestHandler: () => (request, response) =>
    response.end(JSON.stringify({ url: `https://${hostname}:${port}${request.url}`, distDir: conf.distDir })),
  close: async () => {},
})"""
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


def test_the_example_plugins_image_is_of_the_same_base_for_the_same_user_and_runs_in_the_stand_ins_folder() -> None:
    text = (FOLDER.parent / "examples" / "plugin" / "Dockerfile").read_text()

    (base,) = re.findall(r"^ARG NODE=(\S+)$", DOCKERFILES[0].read_text(), re.MULTILINE)
    assert re.findall(r"^(FROM|WORKDIR|USER|CMD) (.*)$", text, re.MULTILINE) == [
        ("FROM", base),
        ("WORKDIR", APPLICATION),
        ("USER", f"{USER}:{USER}"),
        ("CMD", json.dumps(["node", StandIn.program])),
    ]


def test_programs_find_their_plugin_json_two_folders_up() -> None:
    text = DOCKERFILES[0].read_text()
    (folder,) = re.findall(r"^WORKDIR (/app\S*)$", text, re.MULTILINE)
    (program,) = re.findall(r'^CMD \["node", .*"(\S+)"\]$', text, re.MULTILINE)

    assert str((Path(folder) / program).parent.parent.parent / "plugin.json") == MANIFEST_PATHS[0]


def test_the_shell_runs_a_server_that_knows_the_sites_address_and_not_the_one_that_it_listens_on() -> None:
    file, server = DOCKERFILES[1].read_text(), (FOLDER / "web-next" / "server.js").read_text()
    (folder,) = re.findall(r"^WORKDIR (/app\S*)$", file.partition("FROM ${NODE}\n")[2], re.MULTILINE)
    (program,) = re.findall(r'^CMD \["node", "(\S+)"\]$', file, re.MULTILINE)

    assert f"COPY --from=tools server.js ./{Path(program).parent}/" in file.partition(f"WORKDIR {folder}")[2]
    assert 'contexts   = { tools = "${HERE}/web-next" }' in BAKE
    assert "ENV NODE_ENV=production NEXT_PUBLIC_APP_URL=$NEXT_PUBLIC_APP_URL" in file
    assert "HOSTNAME" not in file + server


@pytest.mark.skipif(shutil.which("node") is None, reason="runs the image's program")
def test_the_shells_server_tells_next_js_the_sites_host_and_port_and_ends_when_asked_to(tmp_path: Path) -> None:
    """Next.js is played by what it is told: of it and the path it makes a request's URL (next-server.js, 15.5.18)."""
    shutil.copy(FOLDER / "web-next" / "server.js", tmp_path)
    played, built = tmp_path / "node_modules" / "next" / "index.js", tmp_path / ".next" / "required-server-files.json"
    for file, text in ((played, NEXT), (built, '{"config": {"distDir": ".next"}}')):
        file.parent.mkdir(parents=True)
        file.write_text(text)
    port = free_port()
    told = {"PATH": os.environ["PATH"], "PORT": str(port), "HOSTNAME": "0.0.0.0"}  # noqa: S104  # as a pod is told
    command = ["node", str(tmp_path / "server.js")]
    with subprocess.Popen(command, env={**told, "NEXT_PUBLIC_APP_URL": "https://naap.example"}) as process:
        try:
            answer = wait_for("the server", lambda: urlopen(f"http://127.0.0.1:{port}/x").read())
        finally:
            process.terminate()
        assert process.wait(timeout=30) == 0

    assert json.loads(answer) == {"url": "https://naap.example:443/x", "distDir": ".next"}
