"""An image brought into nodes that run already, in the place of the one that has its name."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.live import admission
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.node import image_store, namespaces


def load(cluster: LiveCluster, api: KubeApi, image: str, archive: Path, *, top: bool = False) -> None:
    """Every node has it, also one that comes back later, and pods of it run from then on. archive: is moved there; top:
    it has the uppermost layer alone, and those below are of the one that was loaded before.

    Raises RehearsalError.
    """
    site = cluster.site()
    if site is None:
        raise RehearsalError("No nodes run here: naap live")
    kept = image_store.later(cluster.folder, image, top=top)
    kept.parent.mkdir(exist_ok=True)
    image_store.later(cluster.folder, image, top=True).unlink(missing_ok=True)
    archive.replace(kept)

    def one(node: str) -> None:
        image_store.add(kept, cluster.entering(node))

    with ThreadPoolExecutor() as pool:
        try:
            list(pool.map(one, (node.name for node in site.nodes)))
        except namespaces.CommandError as error:
            raise RehearsalError(f"{image} could not be loaded: {error.why}") from None
    admission.add(api, image)
