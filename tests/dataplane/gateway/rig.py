"""The gateway, running: asked and changed by all tests."""

import json
import signal
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

from planning.gateway.gateway import GATEWAY, METRICS_PORT
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.settings import Settings
from planning.inputs.sign_in import SIGN_IN_SERVICE
from planning.inputs.tiers import Tier
from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway import documents
from tests.dataplane.gateway.client import Answer, Client, connection_in
from tests.dataplane.gateway.cluster import Cluster
from tests.dataplane.gateway.counters import Counters
from tests.dataplane.gateway.parts import Parts
from tests.dataplane.gateway.status import faults
from tests.dataplane.gateway.tokens import Issuer, session
from tests.wait import wait_for

BACKEND, BASE_SERVICE = Path("/app/backend.py"), Path("/app/base_service.py")
"""In their image."""
ENVOYS = f"gateway.envoyproxy.io/owning-gateway-name={GATEWAY}"
_ADMIN = ("127.0.0.1", 19000)
_SECONDS_TO_COUNT = 30
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class Rig:
    """All of it. envoys: pods and their addresses."""

    cluster: Cluster
    counters: Counters
    issuer: Issuer
    client: Client
    settings: Settings
    tier: Tier
    parts: Parts
    envoys: Mapping[str, str]

    @property
    def addresses(self) -> list[str]:
        """Of all Envoys."""
        return list(self.envoys.values())

    def get(
        self,
        path: str,
        *,
        envoy: int = 0,
        user: str | None = None,
        method: str = "GET",
        viewer: str = "198.51.100.1",
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
        connection: HTTPConnection | None = None,
    ) -> Answer:
        """A request to one Envoy, a GET unless said otherwise. user: with a good token of base-svc's for them."""
        sent = {**({"authorization": f"Bearer {session(user)}"} if user else {}), **(headers or {})}
        address = self.addresses[envoy]
        return self.client.send(
            address, path, method=method, viewer=viewer, headers=sent, body=body, connection=connection
        )

    def add(self, *specs: PluginSpec) -> None:
        """Plugins with their stand-ins; returns when all Envoys route to each, and its limits are counted."""
        self.put(*specs)
        for spec in specs:
            for envoy in range(len(self.envoys)):
                wait_for(f"{spec.name} on Envoy {envoy}", lambda s=spec, e=envoy: self._serves(s, e))
        self.settled()

    def put(self, *specs: PluginSpec) -> None:
        """The objects of plugins, without waiting."""
        for spec in specs:
            program = BASE_SERVICE if spec.name == SIGN_IN_SERVICE else BACKEND
            command = [str(program), spec.name, str(documents.PORT)]
            pods = documents.backend(spec, command) if spec.lifecycle.serves else []
            self.cluster.objects.apply([*pods, *self.routes(spec)])

    def routes(self, spec: PluginSpec) -> list[Object]:
        """What the program makes of an entry."""
        return documents.routes(spec, self.settings, self.tier)

    def state_limits(self, *plugins: PluginSpec) -> None:
        """The gateway's policy, as the program makes it for these plugins."""
        _, found = documents.gateway(self.settings, self.tier, self.parts, plugins)
        self.cluster.objects.apply([each for each in found if each["kind"] == "BackendTrafficPolicy"])

    def settled(self) -> None:
        """Waits until the controller has accepted everything, as it is now."""
        found: list[str] = []

        def look() -> bool:
            found[:] = faults(self.cluster.objects)
            assert not found, found
            return True

        wait_for("all objects to be accepted", look)

    @contextmanager
    def replicas(self, plugin: str, count: int) -> Generator[None]:
        """Another number of the plugin's stand-ins, for a while."""
        self._scale(plugin, count)
        try:
            yield
        finally:
            self._scale(plugin, 1)

    @contextmanager
    def held(self, plugin: str) -> Generator[None]:
        """The plugin's stand-ins hang, for a while: they take connections and answer nothing."""
        pods = [pod["metadata"]["name"] for pod in self.cluster.pods(namespace(plugin), "")]
        self.cluster.signal(pods, signal.SIGSTOP)
        try:
            yield
        finally:
            self.cluster.signal(pods, signal.SIGCONT)

    def statistics(self, pod: str, names: str) -> dict[str, int]:
        """Counters of an Envoy whose names match."""
        lines = self.admin(pod, f"stats?usedonly&filter={names}").splitlines()
        return {name: int(value) for name, value in (line.split(": ") for line in lines) if value.isdigit()}

    def admin(self, pod: str, path: str) -> str:
        """What an Envoy tells its administrator, who stands in its pod."""
        return _text(connection_in(self.cluster.network(pod), *_ADMIN), f"/{path}")

    def series(self, pod: str) -> str:
        """Of an Envoy, as the collector reads them."""
        return _text(connection_in(self.cluster.network(), self.envoys[pod], METRICS_PORT), "/stats/prometheus")

    def routes_of(self, path: str, pod: str | None = None) -> list[dict[str, Any]]:
        """Actions of an Envoy's routes for this prefix; of the first one's unless stated."""
        dump = json.loads(self.admin(pod or next(iter(self.envoys)), "config_dump?resource=dynamic_route_configs"))
        hosts = [host for found in dump["configs"] for host in found["route_config"].get("virtual_hosts", [])]
        found = [route for host in hosts for route in host["routes"]]
        return [route["route"] for route in found if route["match"].get("path_separated_prefix") == path]

    def log_line(self, request: str) -> dict[str, Any]:
        """What the first Envoy has logged of a request, by its id."""
        pod = next(iter(self.envoys))
        lines = wait_for(
            "the line in the log", lambda: [line for line in self.cluster.lines(pod, "envoy") if request in line]
        )
        return json.loads(lines[0])

    def counted(self, ask: Callable[[int], Outcome]) -> Outcome:
        """What came of requests within one minute, all of which the limiter answered in time.

        On a machine too busy for that some pass uncounted, as stated: it is asked again, with the attempt's number.
        """
        for attempt in range(6):
            left = 60 - time.time() % 60
            if left < _SECONDS_TO_COUNT:
                time.sleep(left + 0.2)
            before, outcome = self._uncounted(), ask(attempt)
            if self._uncounted() == before:
                return outcome
        raise AssertionError("the machine is too busy for the limiter to answer in time")

    def _uncounted(self) -> int:
        return sum(sum(self.statistics(pod, "failure_mode_allowed").values()) for pod in self.envoys)

    def _scale(self, plugin: str, count: int) -> None:
        home = namespace(plugin)
        self.cluster.objects.api.request(
            "PATCH",
            f"/apis/apps/v1/namespaces/{home}/deployments/{plugin}/scale",
            {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": count}},
            fieldManager="cluster-test",
            force="true",
        )
        wait_for(f"{count} of {plugin}", lambda: len(self.cluster.pods(home, "")) == count)
        for pod in self.envoys:
            names = f"{home}/{plugin}/"
            wait_for(f"{count} of {plugin} in {pod}", lambda p=pod, n=names: self._members(p, n) in ({count}, set()))

    def _members(self, pod: str, names: str) -> set[int]:
        found = self.statistics(pod, "membership_total")
        return {value for name, value in found.items() if names in name}

    def _serves(self, spec: PluginSpec, envoy: int) -> bool:
        assert spec.backend
        path = f"{spec.backend.api_prefix}/ready"
        answer = self.get(path, envoy=envoy, user="probe", viewer="203.0.113.99")
        assert (answer.status, "x-ratelimit-limit" in answer.headers) == (200, True), (answer.status, answer.headers)
        return True


def _text(connection: HTTPConnection, path: str) -> str:
    with closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read().decode()


def seconds_open(count: Callable[[], int]) -> float:
    """Until the last look that found any still open: one that comes late says nothing of when they were closed."""
    begin = last = time.monotonic()

    def closed() -> bool:
        nonlocal last
        looked = time.monotonic()
        if count() == 0:
            return True
        last = looked
        return False

    wait_for("all to be closed", closed)
    return last - begin
