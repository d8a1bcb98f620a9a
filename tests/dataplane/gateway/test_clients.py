"""Whom services take a client for: Express, with the TRUST_PROXY that plugins get, behind the gateway."""

from collections.abc import Iterator
from contextlib import closing
from json import loads

import pytest

from planning.gateway import internal_listener
from planning.plugin.process_environment import TRUSTED_SENDERS
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.client import connection_in
from tests.dataplane.gateway.cluster import CLIENT
from tests.dataplane.gateway.parts import EXPRESS_IMAGE
from tests.dataplane.gateway.plugins import unlimited
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import session
from tests.planning.samples import altered
from tests.wait import wait_for

EXPRESS = altered(unlimited("express"), core=True)
PATH = "/api/v1/express/x"


@pytest.fixture(scope="module", autouse=True)
def express(rig: Rig) -> Iterator[None]:
    command, known = ["node", "server.cjs", str(documents.PORT)], {"TRUST_PROXY": TRUSTED_SENDERS}
    pods = documents.backend(EXPRESS, command, image=EXPRESS_IMAGE, environment=known)
    rig.cluster.objects.apply([*pods, *rig.routes(EXPRESS)])
    for envoy in range(len(rig.envoys)):
        wait_for("Express", lambda e=envoy: rig.get(PATH, envoy=e, user="alice").status == 200)
    rig.settled()
    yield
    rig.cluster.objects.delete([*pods, *rig.routes(EXPRESS)])


@pytest.mark.parametrize("viewer", ["198.51.100.9", "2001:db8:0:7::9"])
def test_each_viewer_is_a_client_of_its_own(rig: Rig, viewer: str) -> None:
    """Not the CDN, nor the load balancer: services count logins by this address."""
    for claimed in (viewer, f"10.0.0.1, {viewer}", f"6.6.6.6, {viewer}"):
        found = rig.get(PATH, user="alice", viewer=claimed).json
        assert (found["ip"], found["forwarded"], found["protocol"]) == (viewer, viewer, "https")


def test_a_viewer_does_not_choose_the_address_that_the_shell_counts_by(rig: Rig) -> None:
    """apps/web-next/src/lib/rateLimit.ts:187 of the application: x-real-ip, cf-connecting-ip, then X-Forwarded-For."""
    for header in ("x-real-ip", "cf-connecting-ip"):
        assert rig.get(PATH, user="alice", viewer="198.51.100.9", headers={header: "6.6.6.6"}).json["first"] == (
            "198.51.100.9"
        )


def test_a_pod_is_the_client_of_what_it_asks(rig: Rig) -> None:
    headers = {
        "host": internal_listener.HOST,
        "x-forwarded-for": "198.51.100.9",
        "authorization": f"Bearer {session('alice')}",
    }
    with closing(
        connection_in(rig.cluster.network(), rig.addresses[0], internal_listener.CONTAINER_PORT)
    ) as connection:
        connection.request("GET", PATH, headers=headers)
        assert loads(connection.getresponse().read())["ip"] == CLIENT
