"""Bringing the gateway up: from nothing to Envoys that know their configuration."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from planning.gateway.gateway import NAMESPACE
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import tier_for
from planning.shared.internal_ca import authority
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.cluster.cluster import start_cluster
from tests.dataplane.cluster.network import GATEWAY as HERE
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.client import Client
from tests.dataplane.gateway.counters import HOST, Counters
from tests.dataplane.gateway.parts import Parts
from tests.dataplane.gateway.plugins import SERVED
from tests.dataplane.gateway.rig import BACKEND, ENVOYS, Rig
from tests.dataplane.gateway.tokens import Issuer
from tests.planning.samples import ROOT_SECRET, settings
from tests.wait import wait_for

ISSUER = "https://issuer.example/"


def start(parts: Parts, *, users: int = 10_000, plugins: tuple[PluginSpec, ...] = SERVED) -> Rig:
    """From nothing to two Envoys that know their configuration, for an environment of this size.

    plugins: those that the program knows when it makes the gateway; their routes come later.
    """
    folder = Path(tempfile.mkdtemp(prefix="naap-gateway-"))
    trusted = folder / "authority.pem"
    trusted.write_text(authority(ROOT_SECRET).certificate_pem)
    cluster = start_cluster(
        folder,
        tools=parts.found(),
        definitions=parts.definitions(),
        programs=_programs(parts),
        shown=[*parts.shown(), BACKEND.parent],
        trusted=trusted,
    )
    chosen, tier = settings(users, stated={"jwt_issuer": ISSUER}), tier_for(users)
    issuer = Issuer(chosen)
    issuer.serve(HERE, folder)
    cluster.hosts.update({HOST: HERE, ISSUER.split("/")[2]: HERE})
    counters = Counters(parts.tools["valkey-server"], HERE, folder)
    chart, others = documents.gateway(chosen, tier, parts, plugins)
    cluster.objects.apply([*_first(others), *chart])
    cluster.objects.apply(others)
    wait_for("all Envoys", lambda: len(cluster.pods(NAMESPACE, ENVOYS)) >= tier.gateway_pods_min, seconds=90)
    found = {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in cluster.pods(NAMESPACE, ENVOYS)}
    rig = Rig(
        cluster=cluster,
        counters=counters,
        issuer=issuer,
        client=Client(trusted, chosen.domain),
        settings=chosen,
        tier=tier,
        parts=parts,
        envoys=found,
    )
    rig.settled()
    return rig


def _first(found: Sequence[Object]) -> list[Object]:
    """What a release needs before it: the namespace, classes of priority, and Secrets."""
    return [each for each in found if each["kind"] in ("Namespace", "PriorityClass", "Secret")]


def _programs(parts: Parts) -> dict[str, list[str]]:
    tools = parts.tools
    return {
        "envoy": [tools["envoy"]],
        "envoy-gateway": [tools["envoy-gateway"]],
        "envoy-gateway-certgen": [tools["envoy-gateway"]],
        "envoy-ratelimit": [tools["ratelimit"]],
        "stand-in": [sys.executable],
        "stand-in-node": [tools["node"]],
        "stand-in-envoy": [tools["envoy"]],
    }
