"""The control planes of a rehearsal's clusters, side by side."""

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.kube_api import Object
from rehearsal.control_plane.nodes import Machines
from rehearsal.control_plane.pki import write_private
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.stack import take_down
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.tools.toolbox import Found


class Clusters:
    """Of one stack's rehearsal."""

    def __init__(self, project: Project, progress: Progress) -> None:
        self._project, self._progress = project, progress

    @property
    def folder(self) -> Path:
        """With a folder for each."""
        return self._project.state / "clusters"

    def known(self) -> dict[str, ControlPlane]:
        """All that this rehearsal ever had, by name."""
        files = sorted(self.folder.glob("*/region"))
        return self.of({file.parent.name: (file.read_text(), None) for file in files})

    def of(self, clusters: Mapping[str, tuple[str, Machines | None]]) -> dict[str, ControlPlane]:
        """clusters: by name, the region and the nodes of each."""
        return {name: ControlPlane(self.folder / name, *stated) for name, stated in clusters.items()}

    def start(
        self, planes: Mapping[str, ControlPlane], tools: Mapping[str, Found], definitions: Sequence[Object]
    ) -> dict[str, Access]:
        """Each of these, side by side; the played AWS knows them from then on."""

        def start(name: str, plane: ControlPlane) -> Access:
            with self._progress.task(f"control plane {name}"):
                return plane.start(tools, definitions)

        with ThreadPoolExecutor() as pool:
            jobs = {name: pool.submit(start, name, plane) for name, plane in planes.items()}
            access = {name: job.result() for name, job in jobs.items()}
        entries = {name: one.entry() for name, one in access.items()}
        write_private(self._project.clusters, json.dumps(entries, indent=1).encode())
        return access

    def forget(self) -> None:
        """Stop them and remove what they hold: there is nothing, or a first run was killed and its state knows none."""
        for name, plane in self.known().items():
            with self._progress.task(f"control plane {name}: stop"):
                LiveCluster(plane.folder).stop()
                plane.stop()
        take_down(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
