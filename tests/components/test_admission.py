"""The real API server, with the real definitions and their rules, admits what the gateway's components make."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.sections import Auth
from rehearsal import RehearsalError
from tests.components.gateway import test_gateway, test_routes
from tests.components.gateway import test_gone_routes as test_stopped
from tests.components.recording import Recorded, build
from tests.conftest import RunningControlPlane
from tests.planning.samples import plugin
from tests.plugin_plans import real_registry, with_backend

PLURALS = {
    "Backend": "backends",
    "BackendTrafficPolicy": "backendtrafficpolicies",
    "ClientTrafficPolicy": "clienttrafficpolicies",
    "EnvoyPatchPolicy": "envoypatchpolicies",
    "EnvoyProxy": "envoyproxies",
    "Gateway": "gateways",
    "GatewayClass": "gatewayclasses",
    "HTTPRoute": "httproutes",
    "HTTPRouteFilter": "httproutefilters",
    "SecurityPolicy": "securitypolicies",
    "TargetGroupBinding": "targetgroupbindings",
}
EDGES = (
    with_backend(
        plugin("stripped"),
        rewrite_prefix="/",
        auth=Auth(public=("/a", "/b"), websocket=("/ws",), session_affinity=True),
    ),
    plugin("draining", lifecycle=Lifecycle.DRAINING),
)
SERVED = tuple(spec for spec in real_registry().plugins if spec.backend)

Admit = Callable[[Recorded], None]


@pytest.fixture(scope="module")
def admit(control_plane: RunningControlPlane) -> Iterator[Admit]:
    """Submits an object without keeping it; raises what the API server says against it."""
    made: set[str] = set()

    def submit(record: Recorded) -> None:
        namespace = record.inputs["metadata"].get("namespace")
        if namespace and namespace not in made:
            body: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            control_plane.api.request("POST", "/api/v1/namespaces", body)
            made.add(namespace)
        where = f"/namespaces/{namespace}" if namespace else ""
        path = f"/apis/{record.inputs['apiVersion']}{where}/{PLURALS[record.inputs['kind']]}"
        control_plane.api.request("POST", path, dict(record.inputs), dryRun="All", fieldValidation="Strict")

    yield submit
    control_plane.remove(made)


def _custom_resources(make: Callable[[], None]) -> list[Recorded]:
    return [record for record in build(make) if record.inputs.get("kind") in PLURALS]


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_001])
def test_the_gateway_is_admitted_in_every_tier(users: int, admit: Admit) -> None:
    records = _custom_resources(test_gateway._make(users))  # pyright: ignore[reportPrivateUsage]  # the same objects as there

    assert len(records) >= 6
    for record in records:
        admit(record)


@pytest.mark.parametrize("spec", [*SERVED, *EDGES, test_routes.MIXED], ids=lambda spec: spec.name)
def test_the_route_of_every_plugin_is_admitted(spec: Any, admit: Admit) -> None:
    records = _custom_resources(test_routes._make(spec))  # pyright: ignore[reportPrivateUsage]  # the same objects as there

    assert records
    for record in records:
        admit(record)


def test_what_answers_for_a_stopped_plugin_is_admitted(admit: Admit) -> None:
    records = _custom_resources(test_stopped.make(test_stopped.A))

    assert len(records) == 2
    for record in records:
        admit(record)


def test_an_object_that_breaks_a_rule_of_its_definition_is_refused(admit: Admit) -> None:
    (route,) = [r for r in _custom_resources(test_routes._make(EDGES[0])) if r.inputs["kind"] == "HTTPRoute"]  # pyright: ignore[reportPrivateUsage]  # as above
    first = route.inputs["spec"]["rules"][0]
    first["matches"] = [*first["matches"], {"path": {"type": "PathPrefix", "value": "/second"}}]

    with pytest.raises(RehearsalError, match="exactly one PathPrefix match"):
        admit(route)
