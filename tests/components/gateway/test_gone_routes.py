"""What is registered for a plugin that has stopped: in its namespace, and at the gateway."""

from collections.abc import Callable

from components.gateway.gone_routes import GoneRoutes
from planning.gateway.gone_routes import plan_gone_routes
from planning.inputs.registry.lifecycle import Lifecycle
from tests.components.recording import Recorded, assert_same_names, build
from tests.planning.samples import plugin, registry, settings

A, B, SERVING = plugin("a", lifecycle=Lifecycle.STOPPED), plugin("b", lifecycle=Lifecycle.ARCHIVED), plugin("c")


def make(*specs: object) -> Callable[[], None]:
    """What the gateway has for these entries."""

    def made() -> None:
        chosen = [spec for spec in (A, B, SERVING) if spec in specs]
        for plan in plan_gone_routes(registry=registry(*chosen), settings=settings()):
            GoneRoutes(plan.name, plan=plan)

    return made


def _objects(*specs: object) -> dict[tuple[str, str], Recorded]:
    return {
        (record.inputs["kind"], record.inputs["metadata"]["name"]): record
        for record in build(make(*specs))
        if record.custom
    }


def test_the_gateway_answers_410_and_leads_to_no_pod() -> None:
    found = _objects(A)
    (rule,) = found["HTTPRoute", "stopped-a"].inputs["spec"]["rules"]

    assert {record.inputs["metadata"]["namespace"] for record in found.values()} == {"naap-gateway"}
    assert [match["path"]["value"] for match in rule["matches"]] == ["/api/v1/a"]
    assert "backendRefs" not in rule
    assert rule["filters"][0]["extensionRef"] == {
        "group": "gateway.envoyproxy.io",
        "kind": "HTTPRouteFilter",
        "name": "stopped-a",
    }
    assert found["HTTPRouteFilter", "stopped-a"].inputs["spec"]["directResponse"]["statusCode"] == 410


def test_stopping_a_plugin_changes_nothing_of_another_that_has_stopped() -> None:
    alone, together = _objects(A), _objects(A, B, SERVING)

    assert {key: together[key].inputs for key in alone} == {key: record.inputs for key, record in alone.items()}
    assert {name for _, name in together} == {"stopped-a", "stopped-b"}


def test_preview_announces_what_an_update_makes() -> None:
    assert_same_names(make(A, B))
