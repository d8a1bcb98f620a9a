"""The real autoscaler of Kubernetes chooses the pods that planning foresees. Only the load is played."""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from analysis.simulation.hpa import Load, Recent, desired_replicas
from planning.inputs.registry.pod_sections import Network
from planning.inputs.registry.registry_entry import Registry
from planning.plugin.autoscaling import AutoscalingPlan, Speed
from planning.plugin.plugin import BackendPlan, PluginPlan
from rehearsal.control_plane import egress
from rehearsal.live.network import switchboard
from tests.components.plugins import build_plugins
from tests.components.test_plugins_in_a_cluster import collection, objects
from tests.conftest import RunningControlPlane
from tests.metrics_apis import MetricsApis
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans
from tests.wait import wait_for

PASSES = 3
"""Fifteen seconds each: the controller's own period, as EKS has it."""
QUICK_DOWN = Speed(percent=10, pods=2, period_seconds=60, window_seconds=0)
"""Without the five minutes in which it remembers a high moment: nobody waits for them here."""
CPU_M, MEMORY_MIB = 250, 256


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Pods at the start, what they use each (CPU and memory in percent), and the requests that wait, all together."""

    pods: int
    cpu: float = 50
    memory: float = 50
    queue: float = 0
    down: Speed | None = None

    @property
    def load(self) -> Load:
        """Of all pods together; it doesn't change with their number."""
        return Load(
            cpu_m=round(self.pods * CPU_M * self.cpu / 100),
            memory_mib=round(self.pods * MEMORY_MIB * self.memory / 100),
            queue=self.queue,
        )


SCENES: Mapping[str, Scene] = {
    "on-target": Scene(pods=5, cpu=70),
    "within-a-tenth": Scene(pods=10, cpu=77.9),
    "just-above-it": Scene(pods=10, cpu=78),
    "five-times-the-load": Scene(pods=5, cpu=350),
    "small-and-flooded": Scene(pods=5, cpu=126),
    "memory-alone": Scene(pods=8, memory=97),
    "memory-on-target": Scene(pods=8, memory=80),
    "queue-alone": Scene(pods=5, cpu=10, queue=240),
    "queue-on-target": Scene(pods=10, cpu=65, queue=210),
    "queue-beyond-the-maximum": Scene(pods=6, cpu=10, queue=10_000),
    "largest-of-all-wins": Scene(pods=5, cpu=90, memory=95, queue=130),
    "above-the-maximum": Scene(pods=18, cpu=70),
    "below-the-minimum": Scene(pods=1, cpu=70),
    "down-but-remembered": Scene(pods=12, cpu=20, memory=20),
    "down": Scene(pods=12, cpu=20, memory=20, down=QUICK_DOWN),
    "down-to-the-minimum": Scene(pods=6, cpu=20, memory=20, down=QUICK_DOWN),
}


def plans() -> Mapping[str, PluginPlan]:
    """A plugin for each scene, five to fifteen pods, scaled by queue as well."""
    base = altered(entry("community"), database=None, share=0.25)
    resources = altered(base.resources, cpu=f"{CPU_M}m", memory=f"{MEMORY_MIB}Mi")
    specs = tuple(
        altered(
            base,
            name=name,
            port=5_000 + number,
            api_prefix=f"/api/v1/{name}",
            network=Network(),
            resources=resources,
        )
        for number, name in enumerate(SCENES)
    )
    made = plugin_plans(120_000, Registry(file="registry.yaml", plugins=specs))
    return {name: _with_speed(made[name], scene.down) for name, scene in SCENES.items()}


def _backend_of(plan: PluginPlan) -> BackendPlan:
    assert plan.backend
    return plan.backend


def _scaling(plan: PluginPlan) -> AutoscalingPlan:
    found = _backend_of(plan).autoscaling
    assert found
    return found


def _with_speed(plan: PluginPlan, down: Speed | None) -> PluginPlan:
    if down is None:
        return plan
    return replace(plan, backend=replace(_backend_of(plan), autoscaling=replace(_scaling(plan), down=down)))


def foreseen(plan: PluginPlan, scene: Scene, passes: int) -> list[int]:
    """Numbers of pods one after the other, each once."""
    scaling, steps = _scaling(plan), [scene.pods]
    for _ in range(passes):
        # Pods that were added are older than the fifteen seconds of the upward speed by the next pass.
        recent = Recent(
            removed=max(0, steps[0] - steps[-1]) if steps[0] <= scaling.pods.max else 0,
            highest=max(steps) if scaling.down.window_seconds else 0,
        )
        steps.append(
            desired_replicas(
                scaling, scene.load, current=steps[-1], request=_backend_of(plan).spec.resources, recent=recent
            )
        )
    return [pods for number, pods in enumerate(steps) if number == 0 or pods != steps[number - 1]]


@pytest.fixture(scope="module")
def chosen(
    control_plane: RunningControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, tuple[list[int], int]]]:
    """For each scene the numbers of pods that the controller chose, one after the other, and in how many passes.

    The metrics are those of a server on loopback: what leads the API server there is the test's own.
    """
    api = control_plane.api
    switchboard.proxy(egress.socket(control_plane.plane.folder), socket.create_connection)
    made = [item for item in objects(build_plugins(plans())) if item["kind"] in _NEEDED]
    metrics = MetricsApis(api, tmp_path_factory.mktemp("metrics"))
    metrics.loads = {plan.namespace: SCENES[name].load for name, plan in plans().items()}
    try:
        with metrics.serving():
            for item in _without(made, "HorizontalPodAutoscaler"):
                api.request("POST", collection(item), _at_the_start(item))
            wait_for(
                "the pods of the start, and their metrics",
                lambda: metrics.available() and _ready(control_plane) == {n: s.pods for n, s in SCENES.items()},
                seconds=90,
            )
            for item in made:
                if item["kind"] == "HorizontalPodAutoscaler":
                    api.request("POST", collection(item), item, fieldValidation="Strict")
            yield _watch(control_plane, metrics)
    finally:
        control_plane.remove(plan.namespace for plan in plans().values())


_NEEDED = ("Namespace", "ServiceAccount", "ConfigMap", "Deployment", "HorizontalPodAutoscaler")


def _without(items: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [item for item in items if item["kind"] != kind]


def _at_the_start(item: dict[str, Any]) -> dict[str, Any]:
    if item["kind"] != "Deployment":
        return item
    template = item["spec"]["template"]
    pod = {key: value for key, value in template["spec"].items() if key != "priorityClassName"}
    spec = {**item["spec"], "replicas": SCENES[item["metadata"]["name"]].pods, "template": {**template, "spec": pod}}
    return {**item, "spec": spec}


def _deployments(control_plane: RunningControlPlane) -> dict[str, Any]:
    items = control_plane.api.request("GET", "/apis/apps/v1/deployments")["items"]
    return {item["metadata"]["name"]: item for item in items if item["metadata"]["name"] in SCENES}


def _ready(control_plane: RunningControlPlane) -> dict[str, int]:
    return {name: item["status"].get("readyReplicas", 0) for name, item in _deployments(control_plane).items()}


def _watch(control_plane: RunningControlPlane, metrics: MetricsApis) -> dict[str, tuple[list[int], int]]:
    steps: dict[str, list[int]] = {name: [scene.pods] for name, scene in SCENES.items()}

    def done() -> bool:
        for name, item in _deployments(control_plane).items():
            if item["spec"]["replicas"] != steps[name][-1]:
                steps[name].append(item["spec"]["replicas"])
        return all(_passes(metrics, name) >= PASSES for name in SCENES)

    wait_for(f"{PASSES} passes of every autoscaler", done, seconds=90, every=0.2)
    time.sleep(1)  # what the last of these passes decided is written by then
    assert done()
    return {name: (steps[name], _passes(metrics, name)) for name in SCENES}


def _passes(metrics: MetricsApis, name: str) -> int:
    """A pass asks twice, for CPU and for memory; one that only brings pods within bounds asks for nothing."""
    outside = name in ("above-the-maximum", "below-the-minimum")
    return metrics.asked[plans_namespace(name)] // 2 + outside


def plans_namespace(name: str) -> str:
    return f"plugin-{name}"


@pytest.mark.parametrize("name", SCENES)
def test_the_autoscaler_chooses_what_the_plan_foresees(name: str, chosen: Mapping[str, tuple[list[int], int]]) -> None:
    steps, passes = chosen[name]
    assert steps == foreseen(plans()[name], SCENES[name], passes)


def test_the_scenes_show_every_way_of_the_autoscaler() -> None:
    first = {name: foreseen(plans()[name], scene, 1)[-1] - scene.pods for name, scene in SCENES.items()}
    assert {name for name, change in first.items() if change > 0} == {
        "just-above-it",
        "five-times-the-load",
        "small-and-flooded",
        "memory-alone",
        "queue-alone",
        "queue-beyond-the-maximum",
        "largest-of-all-wins",
        "below-the-minimum",
    }
    assert {name for name, change in first.items() if change < 0} == {
        "above-the-maximum",
        "down",
        "down-to-the-minimum",
    }
