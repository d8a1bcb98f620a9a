"""The end of a live rehearsal: the edge stands, a user signs up, and the report says how to ask."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from planning.platform import PlatformPlan
from rehearsal import RehearsalError
from rehearsal.control_plane.control_plane import Access
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.data.authority import Authority
from rehearsal.live.data.config import SERVICES
from rehearsal.live.edge.edge import Edge, Surroundings
from rehearsal.live.edge.tour import Tour, answers, candidates, register
from rehearsal.live.images import npm
from rehearsal.live.network import addresses
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache
from rehearsal.waiting import wait

SIGN_UP_SECONDS = 60.0
_PLAYED = "played by a proxy: CloudFront (behaviours, functions, headers; no cache, no firewall) and the load balancer"


def open_site(
    *,
    plan: PlatformPlan,
    folder: Path,
    access: Access,
    authority: Authority,
    resources: Sequence[Mapping[str, Any]],
    cache: Cache,
    progress: Progress,
) -> dict[str, Any]:
    """Starts the edge before the home region's cluster; what the report says of it, as JSON knows it.

    folder: of the edge's own state; authority: that signs its certificate; access: of the home region's cluster.
    A site where nobody can sign up is said, and is no error: pods may be played.
    """
    cluster, edge = LiveCluster(access.kubeconfig.parent), Edge(folder)
    around = Surroundings(
        node=npm.node(cache, progress),
        network=f"/proc/{cluster.first_process('hub')}/ns/net",
        address=addresses.hub(plan.home.region),
        clusters=(access,),
        store=SERVICES,
    )
    with progress.task("the edge, and a user of the site"):
        edge.start(resources, authority, around)
        told = _tour(plan, edge, folder)
    return {"url": edge.url, "domain": edge.domain, "authority": str(edge.authority), "edge": _PLAYED, **told}


def _tour(plan: PlatformPlan, edge: Edge, folder: Path) -> dict[str, Any]:
    """The first plugin that answers shows it. What the last one said, where none does."""
    token, said = folder / "token", "no plugin has an API that asks who somebody is"

    def tries(what: Callable[[], str]) -> bool:
        nonlocal said
        try:
            said = what()
        except RehearsalError as error:
            said = str(error)
        return not said

    def signed_up() -> str:
        register(edge.url, edge.authority, token)
        return ""

    try:
        wait("somebody to sign up", lambda: tries(signed_up), SIGN_UP_SECONDS, lambda: said)
    except RehearsalError:
        return {"failed": said, "ask": []}
    for limit, path in candidates(plan.plugins):
        tour = Tour(url=edge.url, authority=edge.authority, token=token, path=path, limit=limit)
        if tries(partial(answers, tour)):
            return {"failed": None, "ask": list(zip((401, 200, 429), tour.lines, strict=True))}
    return {"failed": said, "ask": []}
