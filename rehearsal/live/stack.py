"""What a live rehearsal has besides nodes: images, services of AWS in their network, charts, and at last the edge."""

import json
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from planning.platform import PlatformPlan
from rehearsal.control_plane.control_plane import Access
from rehearsal.control_plane.programs import free, free_port
from rehearsal.live import gateway
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.data import config as data_config
from rehearsal.live.data.apis import webhook
from rehearsal.live.data.authority import PUBLIC
from rehearsal.live.edge.opening import open_site
from rehearsal.live.images import examples, recipes
from rehearsal.live.images.images import Images, take
from rehearsal.live.images.recipes import Recipe
from rehearsal.live.live import Extras
from rehearsal.live.network.links import BRIDGE
from rehearsal.live.node.image_store import later
from rehearsal.live.site import Forward
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.tools.toolbox import Toolbox
from rehearsal.waiting import wait

_WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
_SECONDS = 60.0


class LiveStack:
    """Of one stack, around the cluster of its home region. stated: images of the user's, NAME=ARCHIVE each."""

    def __init__(
        self, plan: PlatformPlan, project: Project, toolbox: Toolbox, progress: Progress, stated: Sequence[str] = ()
    ) -> None:
        self._stated = stated
        self._plan, self._project, self._toolbox, self._progress = plan, project, toolbox, progress
        self._cluster = LiveCluster(project.state / "clusters" / plan.home.cluster.name)

    def check_images(self) -> None:
        """Before anything is started. Raises InvalidInputError with all that is wrong with those of the user's."""
        _ = self._given

    def extras(self, access: Access) -> Extras:
        """What nodes start with."""
        data = self._data(access)
        program, port = data_config.command(data.write()), self._webhook_port()
        store = Path(data.folder) / "trusted.pem"
        store.write_text(data_config.trust_store(data))
        address, to = data_config.WEBHOOK
        found = self._recipes
        given = self._given
        images = Images(found, self._toolbox.cache, self._progress, given)
        for name in self._now:
            for top in (False, True):
                later(self._cluster.folder, name, top=top).unlink(missing_ok=True)
        return Extras(
            images=images.known({**found, **given}),
            instead={name: what for name in found if (what := images.instead(name))},
            programs={"data": program},
            forwards=[Forward(port=port, address=address, to=to)],
            mounts={recipes.TRUST_STORE: store},
        )

    def prepare(self, access: Access) -> None:
        """Before the engine makes anything. Raises RehearsalError where AWS's services don't start."""
        # Not before nodes have them: one that can't be unpacked is not to stop the next start too.
        self._given_file.write_text(json.dumps({name: str(path) for name, path in self._given.items()}))
        gateway.write_charts(self._project.charts, self._toolbox, self._progress)
        log = self._cluster.folder / "data.log"
        with self._progress.task("databases, caches and buckets"):
            wait("AWS's services", self._answers, _SECONDS, lambda: _end(log))
        stated = dict(webhook.configuration(self._webhook_port(), self._data(access).authorities))
        access.api().request("PATCH", f"{_WEBHOOKS}/{webhook.NAME}", stated, fieldManager="rehearsal", force="true")

    def open(self, access: Access, resources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Once all is there: the site's part of the report. resources: of the stack's state."""
        return open_site(
            plan=self._plan,
            folder=self._project.edge,
            access=access,
            authority=self._data(access).authorities.of(PUBLIC),
            resources=resources,
            cache=self._toolbox.cache,
            progress=self._progress,
        )

    def _answers(self) -> bool:
        with suppress(OSError):
            ssl.get_server_certificate(("127.0.0.1", self._webhook_port()), timeout=2)
            return True
        return False

    def _data(self, access: Access) -> data_config.Config:
        programs, bundles = data_config.programs(), examples.bundles(self._plan.registry)
        return data_config.Config(
            folder=str(self._cluster.folder / "data"),
            inventory=str(self._project.inventory),
            cluster=self._plan.home.cluster.name,
            hosts=str(self._cluster.hosts),
            endpoint=access.endpoint,
            authority=str(access.authority),
            token=access.token,
            objects={key: str(path) for key, path in bundles.items()},
            device=BRIDGE,
            postgres=programs["postgres"],
            valkey=programs["valkey"],
        )

    @cached_property
    def _given(self) -> dict[str, Path]:
        """What the user has stated now or before, for as long as the rehearsal lives."""
        before: dict[str, str] = json.loads(self._given_file.read_text()) if self._given_file.exists() else {}
        kept = [f"{name}={path}" for name, path in before.items() if name not in self._now]
        return {**take(kept, before, self._toolbox.cache), **self._now}

    @cached_property
    def _now(self) -> dict[str, Path]:
        return take(self._stated, self._recipes, self._toolbox.cache)

    @property
    def _given_file(self) -> Path:
        return self._cluster.folder / "given-images.json"

    @cached_property
    def _recipes(self) -> dict[str, Recipe]:
        """By reference without digest."""
        cache, progress, registry = self._toolbox.cache, self._progress, self._plan.registry
        found = recipes.platform(self._plan.settings.pooler_image) | gateway.recipes(self._toolbox, progress)
        for reference, one in examples.stand_ins(registry).items():
            instead = f"examples/{one.folder.relative_to(examples.EXAMPLES)}"
            found[reference] = examples.recipe(one, cache, progress, instead)
        for reference, texts in examples.migrations(registry).items():
            found[reference] = recipes.migrations(texts, "tables of examples/")
        return found

    def _webhook_port(self) -> int:
        """Free when it is first asked for, and the same for as long as nodes run, which have it."""
        file = self._cluster.folder / "webhook-port.json"
        if not file.exists() or not (self._cluster.pid() or free(json.loads(file.read_text()))):
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_text(json.dumps(free_port()))
        return int(json.loads(file.read_text()))


def _end(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:]) if log.is_file() else "(no log)"


def take_down(clusters: Path) -> None:
    """What a stack's databases and caches held, once nodes have ended. clusters: folder of the stack's clusters."""
    for file in clusters.glob("*/live/data/config.json"):
        data_config.delete(data_config.Config.read(file))
