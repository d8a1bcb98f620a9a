"""A copy of the program in a folder of its own, under the real engine; its Kubernetes provider may just say yes."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from plugins.registry.parse import load_registry
from rehearsal.control_plane.control_plane import Access
from rehearsal.engine import Engine
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.tools.toolbox import Found

ROOT = Path(__file__).resolve().parent.parent
# Writing the state after every step costs the square of its size: for measurements and walks that nobody interrupts.
SKIP_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
FOLDERS = ("planning", "components", "console", "analysis", "plugins", "stack", "rehearsal", "benchmarks")
PARTS = ("__main__.py", "Pulumi.yaml", *FOLDERS)


class Program:
    """The copy in `folder`. Without a control plane its Kubernetes provider keeps no objects (benchmarks.echo)."""

    def __init__(self, folder: Path, *, stack: str, pulumi: Found) -> None:
        self.root = folder
        self.stack = stack
        self._pulumi = pulumi
        folder.mkdir(parents=True)
        for part in PARTS:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
        shutil.rmtree(folder / "plugins" / "manifests")  # of the real registry's plugins

    def configure(self, like: str, changes: Mapping[str, object]) -> None:
        """The configuration of an environment of the checkout, with some keys changed (None: left out)."""
        content = yaml.safe_load((ROOT / f"Pulumi.{like}.yaml").read_text())
        config = {name: value for name, value in {**content["config"], **changes}.items() if value is not None}
        (self.root / f"Pulumi.{self.stack}.yaml").write_text(yaml.safe_dump({"config": config}, sort_keys=False))

    def set_registry(self, text: str) -> None:
        """As if edited by hand."""
        (self.root / "plugins" / "registry.yaml").write_text(text)

    def engine(self, home: Access | None = None) -> Engine:
        """A stack with its configuration and clusters, ready for an operation. home: of a real control plane."""
        project = Project(root=self.root, stack=self.stack)
        engine = Engine(project, self._pulumi, Progress(sys.stderr))
        engine.environment.update(SKIP_CHECKPOINTS)
        cluster = {"endpoint": "https://127.0.0.1:1", "certificateAuthority": "Ti9B", "token": "none"}
        if home:
            cluster = home.entry()
        else:
            _launch_echo(self.root, project.launchers / "pulumi-resource-kubernetes")
        clusters = {f"naap-{self.stack}-{region}": cluster for region in ("use1", "usw2")}
        project.clusters.write_text(json.dumps(clusters))
        engine.prepare(load_registry(self.root / "plugins" / "registry.yaml", production=False))
        return engine


def _launch_echo(root: Path, file: Path) -> None:
    run = f"import runpy, sys; sys.path.insert(0, {str(root)!r}); "
    run += "runpy.run_module('benchmarks.echo', run_name='__main__')"
    file.write_text(f"#!/bin/sh\nexec {sys.executable} -P -c {json.dumps(run)}\n")
    file.chmod(0o755)
