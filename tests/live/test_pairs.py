"""Every pair of pods that run, dialled: one reaches the other if, and only if, the registry says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from planning.gateway.internal_listener import CONTAINER_PORT
from planning.platform import PlatformPlan
from planning.shared.labels import COMPONENT_LABEL
from planning.shared.naming import SYSTEM_NAMESPACES, namespace
from planning.shared.ports import POOLER_PORT
from rehearsal.control_plane.kube_api import Object, has_condition
from rehearsal.live.network.switchboard import Address
from stack.plan import load_plan
from tests.live.conftest import LiveStack
from tests.live.dialling import processes, reached

ROOT = Path(__file__).resolve().parents[2]
GATEWAY, POOLER, SCHEMA = (SYSTEM_NAMESPACES[name] for name in ("gateway", "pooler", "schema"))
ONE = "my-wallet"
STRANGER = "tests-pairs"


@dataclass(frozen=True, kw_only=True)
class End:
    """A pod: where, what its labels say that it is of, and what listens there."""

    space: str
    component: str
    name: str

    @classmethod
    def of(cls, pod: Object) -> "End":
        labels: Mapping[str, str] = pod["metadata"].get("labels") or {}
        component = labels.get(COMPONENT_LABEL) or labels.get("app.kubernetes.io/component", "")
        return cls(
            space=pod["metadata"]["namespace"], component=component, name=labels.get("app.kubernetes.io/name", "")
        )


def declared(plan: PlatformPlan, source: End, target: End) -> bool:
    """What the registry says: nothing here has read a policy."""
    plugins = {namespace(one.name): one for one in plan.plugins}
    caller = plugins.get(source.space)
    names = caller.spec.backend.network.calls if caller and caller.spec.backend else ()
    core = caller is not None and caller.spec.core
    # Others ask core services through the gateway.
    direct = {name for name in names if core or not plan.registry.by_name[name].core}
    if target.space == GATEWAY:
        # Its listener for pods takes whoever comes, as a client: what keeps the platform's own away is said of them.
        held = caller or source.space in (POOLER, SCHEMA) or source.name == "metrics-server"
        return len(direct) < len(names) or not held
    if target.space == POOLER:
        return bool(caller and caller.database and target.name == f"pooler-{caller.database.shard}")
    return source.space == GATEWAY or plugins[target.space].name in direct


@pytest.fixture(scope="module")
def plan() -> PlatformPlan:
    return load_plan("dev", ROOT)


@pytest.fixture(scope="module")
def pods(live: LiveStack) -> Iterator[Mapping[str, Object]]:
    """Those that run and are ready, by namespace and name; besides, what Jobs of a plugin and of schemas would be, and
    a stranger with a plugin's labels."""
    live.namespace(STRANGER)
    jobs = {job["metadata"]["name"].rpartition("-")[0]: job for job in _jobs(live)}
    forged = next(
        pod for pod in live.api.items("Pod") if End.of(pod) == End(space=namespace(ONE), component="plugin", name=ONE)
    )
    made = [
        _like(live, jobs[f"migrate-{ONE}"], namespace(ONE)),
        _like(live, jobs[f"schema-{ONE}"], SCHEMA),
        live.pod(STRANGER, "stranger", labels=_own(forged["metadata"]["labels"])),
    ]
    running = [pod for pod in live.api.items("Pod") if pod["spec"].get("nodeName") in live.report["nodes"]]
    yield {
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}": pod
        for pod in running
        if has_condition(pod, "Ready") and "deletionTimestamp" not in pod["metadata"]
    }
    for pod in made:
        live.api.request("DELETE", f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}")
    live.api.request("DELETE", f"/api/v1/namespaces/{STRANGER}")


def _jobs(live: LiveStack) -> list[Object]:
    found: list[Object] = live.api.request("GET", "/apis/batch/v1/jobs")["items"]
    return found


def _like(live: LiveStack, job: Object, space: str) -> Object:
    """A pod that stands where the Job's did, with its labels and its account, and stays."""
    template = job["spec"]["template"]
    account = {"serviceAccountName": template["spec"].get("serviceAccountName", "default")}
    return live.pod(space, "tests-job", labels=_own(template["metadata"]["labels"]), pod=account)


def _own(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Without what a controller knows its pods by."""
    by_controller = ("controller-uid", "job-name", "pod-template-hash")
    return {key: value for key, value in labels.items() if not key.endswith(by_controller)}


def _targets(plan: PlatformPlan, pods: Mapping[str, Object]) -> Iterator[tuple[str, Address]]:
    """What listens: plugins that serve, poolers, and the proxies' listener for pods."""
    ports = {namespace(one.name): one.spec.backend.port for one in plan.plugins if one.spec.backend}
    for name, pod in pods.items():
        end, address = End.of(pod), pod["status"]["podIP"]
        if end.component == "plugin" and end.space in ports:
            yield name, (address, ports[end.space])
        elif end.space == POOLER:
            yield name, (address, POOLER_PORT)
        elif (end.space, end.component) == (GATEWAY, "proxy"):
            yield name, (address, CONTAINER_PORT)


def test_who_reaches_whom_is_what_the_registry_says(plan: PlatformPlan, pods: Mapping[str, Object]) -> None:
    found = processes()
    sources = {name: found[uid] for name, pod in pods.items() if (uid := pod["metadata"]["uid"]) in found}
    kinds = {End.of(pods[name]).space for name in sources}
    assert {GATEWAY, POOLER, SCHEMA, STRANGER, "kube-system", namespace(ONE), namespace("base-svc")} <= kinds
    targets = dict(_targets(plan, pods))
    expected = {
        (source, target)
        for source in sources
        for target in targets
        if source != target and declared(plan, End.of(pods[source]), End.of(pods[target]))
    }
    passed = {pair for pair in reached(sources, targets) if pair[0] != pair[1]}

    assert sorted(passed - expected) == [], "open, and not declared"
    assert sorted(expected - passed) == [], "declared, and shut"


def test_each_of_them_listens(live: LiveStack, plan: PlatformPlan, pods: Mapping[str, Object]) -> None:
    """The control: what is not reached is kept away. A node reaches its own pods, as its probes must."""
    targets = dict(_targets(plan, pods))
    nodes = {name: live.cluster.first_process(name) for name in live.report["nodes"]}
    sources = {name: pid for name, pid in nodes.items() if pid}
    passed = reached(sources, targets)
    assert {(pods[target]["spec"]["nodeName"], target) for target in targets} <= passed
