"""What an author changes in a plugin's folder, put into what runs, for as long as somebody watches."""

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.data.apis.object_store import PART
from rehearsal.live.images import examples, npm
from rehearsal.live.images.archive import Descriptor, Layer, write
from rehearsal.live.images.loading import load
from rehearsal.live.watch import migration
from rehearsal.live.watch.changes import EVERY_SECONDS, Changes
from rehearsal.live.watch.plugin_folder import PluginFolder
from rehearsal.live.watch.rollout import Rollout
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache


class Watch:
    """released: folder of what the assets bucket has; alone: entered while something of the stack is changed."""

    def __init__(
        self,
        folder: PluginFolder,
        *,
        cluster: LiveCluster,
        api: KubeApi,
        released: Path,
        cache: Cache,
        progress: Progress,
        alone: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._folder, self._cluster, self._api, self._released = folder, cluster, api, released
        self._cache, self._progress, self._alone = cache, progress, alone
        self._name = folder.spec.name
        self._base: Sequence[Layer] = []
        self._below: Sequence[Descriptor] = []
        """What nodes have of its image already: all but the plugin's own files."""

    def run(self) -> None:
        """Until it is interrupted. What fails is said, and the next change tried. Raises RehearsalError once nothing
        runs any more."""
        changes = Changes(self._folder.files)
        while True:
            if self._cluster.pid() is None:
                raise RehearsalError("The rehearsal was taken down meanwhile: naap live brings it up again.")
            if changes.pending():
                self._put(changes)
            time.sleep(EVERY_SECONDS)

    def _put(self, changes: Changes) -> None:
        changed, served = changes.take(), self._folder.served()
        try:
            if changed & served and self._folder.objects():
                with self._progress.task(f"{self._name}: bundle"):
                    self._release()
            if changed - served:
                with self._progress.task(f"{self._name}: backend") as task:
                    task.note = "" if self._roll(changed, changes.pending) else "changed again meanwhile"
        except (RehearsalError, OSError) as error:
            self._progress.say(f"{error}\nWaiting for the next change.")

    def _release(self) -> None:
        """Into the page: the bucket has at once what lies there, and neither edge nor browsers keep it."""
        for key, file in self._folder.objects().items():
            if file.suffix == ".js":
                check_script(npm.node(self._cache, self._progress), file)
            target = self._released / key
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, part := target.with_name(f"{target.name}{PART}"))
            part.replace(target)

    def _roll(self, changed: frozenset[Path], stop: Callable[[], bool]) -> bool:
        spec, folder = self._folder.spec.backend, self._folder.backend
        assert spec  # noqa: S101  # read() has a backend's folder of an entry with one only
        assert folder  # noqa: S101
        stand_in = replace(examples.stand_in(spec), folder=folder, program=self._folder.program)
        image = spec.image.partition("@")[0]
        rollout = Rollout(self._api, self._name, image)
        recipe = examples.recipe(stand_in, self._cache, self._progress)
        *base, files = recipe.layers()
        top = base == self._base
        archive = self._cluster.folder / "watched.tar"
        layers, below = ([files], self._below) if top else ([*base, files], ())
        self._base, self._below = [], write(archive, image, layers, recipe.config, below)[:-1]
        with self._alone():
            load(self._cluster, self._api, image, archive, top=top)
            self._base = base
            if migration.is_own(spec) and any("migrations" in path.parts for path in changed):
                migration.migrate(self._api, self._name)
            rollout.start()
        return rollout.follow(stop)


def check_script(node: Path, file: Path) -> None:
    """Raises RehearsalError where it is no program that a browser could read."""
    done = subprocess.run([str(node), "--check", str(file)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RehearsalError(f"The bundle is as before: browsers could not read this one.\n{done.stderr.strip()}")
