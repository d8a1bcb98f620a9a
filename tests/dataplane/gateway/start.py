"""Bringing the gateway up: from nothing to Envoys that know their configuration."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from planning.gateway.gateway import NAMESPACE
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import tier_for
from planning.observability.network_policies import COLLECTOR
from planning.observability.network_policies import NAMESPACE as COLLECTORS
from planning.shared.internal_ca import authority
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.client import Client
from tests.dataplane.gateway.cluster import SERVERS, cluster
from tests.dataplane.gateway.counters import HOST, Counters
from tests.dataplane.gateway.parts import Parts
from tests.dataplane.gateway.plugins import SERVED
from tests.dataplane.gateway.rig import ENVOYS, Rig
from tests.dataplane.gateway.tokens import Issuer
from tests.planning.samples import ROOT_SECRET, settings
from tests.wait import wait_for

ISSUER = "https://issuer.example/"
SPANS = f"{COLLECTOR}.{COLLECTORS}.svc.cluster.local"
"""Where proxies send their spans. Known before they ask: that there is no such name would be kept for a while."""


@contextmanager
def running(parts: Parts, *, users: int = 10_000, plugins: tuple[PluginSpec, ...] = SERVED) -> Generator[Rig]:
    """From nothing to two Envoys that know their configuration, for an environment of this size; and to its end.

    plugins: those that the program knows when it makes the gateway; their routes come later.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="naap-gateway-")))
        trusted = folder / "trusted" / "authority.pem"
        trusted.parent.mkdir()
        trusted.write_text(authority(ROOT_SECRET).certificate_pem)
        chosen, tier = settings(users, stated={"jwt_issuer": ISSUER}), tier_for(users)
        here = stack.enter_context(
            cluster(
                folder / "cluster",
                tools=parts.tools,
                definitions=parts.definitions,
                images=parts.images,
                trusted=trusted,
            )
        )
        here.name(dict.fromkeys((HOST, ISSUER.split("/")[2], SPANS), SERVERS))
        issuer = Issuer(chosen)
        stack.callback(issuer.serve(here.network(), SERVERS, folder).shutdown)
        counters = Counters(here.entering(), parts.programs["valkey-server"], SERVERS, folder)
        stack.callback(counters.stop)
        chart, others = documents.gateway(chosen, tier, parts, plugins)
        here.objects.apply([*_first(others), *chart])
        here.objects.apply(others)
        wait_for("all Envoys", lambda: len(here.pods(NAMESPACE, ENVOYS)) >= tier.gateway_pods_min, seconds=300)
        rig = Rig(
            cluster=here,
            counters=counters,
            issuer=issuer,
            client=Client(here.network(), trusted, chosen.domain),
            settings=chosen,
            tier=tier,
            parts=parts,
            envoys={pod["metadata"]["name"]: pod["status"]["podIP"] for pod in here.pods(NAMESPACE, ENVOYS)},
        )
        rig.settled()
        yield rig


def _first(found: Sequence[Object]) -> list[Object]:
    """What a release needs before it: the namespace, classes of priority, and Secrets."""
    return [each for each in found if each["kind"] in ("Namespace", "PriorityClass", "Secret")]
