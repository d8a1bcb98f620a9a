"""A project of one's own under the real engine, with the stand-ins as its plugins."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from rehearsal.tools.toolbox import Found
from tests.conftest import RunningControlPlane

ROOT = Path(__file__).parents[2]
PLUGINS = {
    "pulumi-language-python": "rehearsal.standins.language_python",
    "pulumi-resource-aws": "rehearsal.standins.aws",
    "pulumi-resource-kubernetes": "rehearsal.standins.kubernetes",
}
NOTHING: Mapping[str, str] = MappingProxyType({})
PROJECT = """\
name: trial
runtime: {name: python, options: {virtualenv: .venv}}
main: program
"""
KUBERNETES = """\
import os
from pathlib import Path
import pulumi, pulumi_kubernetes as k8s
config = pulumi.Config()
provider = k8s.Provider("cluster", kubeconfig=Path(os.environ["TRIAL_KUBECONFIG"]).read_text(),
                        cluster_identifier="trial", enable_config_map_mutable=True,
                        enable_patch_force=config.get_bool("force"), upsert_existing_objects=config.get_bool("upsert"))
own = pulumi.ResourceOptions(provider=provider)
SPACE = os.environ["TRIAL_NAMESPACE"]
"""


class EngineSandbox:
    """One stack of a project that tests write; nothing but loopback is reached and nothing outlives it."""

    def __init__(self, folder: Path, pulumi: Path, kubeconfig: Path | None = None) -> None:
        self.folder = folder
        self.namespace = f"trial-{folder.name.removeprefix('test_').replace('_', '-')[:40].strip('-')}"
        self._pulumi = pulumi
        self.environment = _environment(folder, pulumi, self.namespace, kubeconfig)
        self._write_launchers()
        for name in ("program", "home", "backend"):
            (folder / name).mkdir()
        (folder / "Pulumi.yaml").write_text(PROJECT)
        self.pulumi("stack", "init", "dev")

    def program(self, source: str) -> None:
        """What the stack's program is from now on."""
        (self.folder / "program" / "__main__.py").write_text(source)

    def kubernetes_program(self, source: str) -> None:
        """A program with `k8s`, `config`, options `own` for the provider, and a namespace's name `SPACE`."""
        self.program(KUBERNETES + source)

    def pulumi(
        self, *arguments: str, fails: bool = False, timeout: float = 120, environment: Mapping[str, str] = NOTHING
    ) -> str:
        """Run the command; returns all that it prints, and fails the test if it does not end as expected."""
        done = subprocess.run(
            [str(self._pulumi), *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert bool(done.returncode) == fails, done.stdout
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the command and go on; the caller ends it."""
        return subprocess.Popen(
            [str(self._pulumi), *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def up(self, *arguments: str, fails: bool = False) -> str:
        """Run `pulumi up` without its preview."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, fails=fails)

    def changes(self) -> dict[str, int]:
        """What a preview would do, as {operation: number}."""
        shown = self.pulumi("preview", "--json")
        return json.loads(shown[shown.index("{") :])["changeSummary"]  # warnings come first

    def resources(self) -> list[dict[str, Any]]:
        """The resources in the state, secrets in clear."""
        state = json.loads(self.pulumi("stack", "export", "--show-secrets"))
        return state["deployment"].get("resources", [])

    def resource(self, name: str) -> dict[str, Any]:
        """The resource of that name in the state."""
        return next(one for one in self.resources() if one["urn"].endswith(f"::{name}"))

    def plugins(self) -> list[int]:
        """The stand-ins and programs of this sandbox that run now, by process id."""
        return list(_processes(str(self.folder)))

    def wait_for_no_plugins(self, seconds: float = 10) -> None:
        """Return when nothing runs any more; fails the test when something stays."""
        deadline = time.monotonic() + seconds
        while self.plugins():
            assert time.monotonic() < deadline, "plugins or programs have outlived the engine"
            time.sleep(0.1)

    def _write_launchers(self) -> None:
        folder = self.folder / "bin"
        folder.mkdir()
        for name, module in PLUGINS.items():
            launcher = folder / name
            launcher.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m {module} "$@"\n')
            launcher.chmod(0o755)


def _environment(folder: Path, pulumi: Path, namespace: str, kubeconfig: Path | None) -> dict[str, str]:
    path = os.pathsep.join([str(folder / "bin"), str(pulumi.parent), os.environ["PATH"]])
    return {
        "HOME": str(folder / "home"),
        "NAAP_ACCOUNT": str(folder / "account.sqlite"),
        "PATH": path,
        # Without the file beside the state, which a kill can leave half written.
        "PULUMI_BACKEND_URL": f"{(folder / 'backend').as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": "trial",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "TRIAL_KUBECONFIG": str(kubeconfig),
        "TRIAL_NAMESPACE": namespace,
    }


def _processes(mark: str) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().decode(errors="replace")
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # it has just ended
        if f"PULUMI_HOME={mark}/" in environment and "standins" in command:
            yield int(folder.name)


@pytest.fixture
def sandbox(tmp_path: Path, tools: Mapping[str, Found]) -> EngineSandbox:
    """A sandbox without a cluster."""
    return EngineSandbox(tmp_path, tools["pulumi"].path)


@pytest.fixture
def cluster_sandbox(
    tmp_path: Path, tools: Mapping[str, Found], control_plane: RunningControlPlane
) -> Iterator[EngineSandbox]:
    """A sandbox whose `TRIAL_KUBECONFIG` leads to the control plane; its objects are destroyed at the end."""
    trial = EngineSandbox(tmp_path, tools["pulumi"].path, control_plane.access.kubeconfig)
    yield trial
    trial.pulumi("destroy", "--yes", "--skip-preview")
    trial.wait_for_no_plugins()
