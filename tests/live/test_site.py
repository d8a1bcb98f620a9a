"""A request from outside to a plugin's pod: the edge, the load balancer, Envoy, who somebody is, and how often."""

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from planning.gateway.gateway import NAMESPACE
from planning.shared.labels import COMPONENT_LABEL
from planning.shared.naming import namespace
from tests.live.conftest import LiveStack
from tests.live.site import Site
from tests.plugin_plans import real_registry
from tests.wait import wait_for

LIMITER = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/envoy-ratelimit"


@pytest.fixture(scope="module")
def site(live: LiveStack, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(live, tmp_path_factory.mktemp("site"))


def plugin() -> tuple[str, str]:
    """Name and path of one that has pods of its own, and whose users may ask often."""
    found = [
        (one.name, f"{one.backend.api_prefix}/")
        for one in real_registry().plugins
        if one.backend and one.lifecycle.serves and not one.core
    ]
    return found[0]


def test_the_three_lines_of_the_report_do_what_they_say(site: Site) -> None:
    said = {
        status: subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=120).stdout
        for status, line in site.lines.items()
    }
    assert said[401].strip() == "401"
    assert said[200].strip() == "200"
    assert {word for line in said[429].splitlines() for word in line.split()[1:]} == {"200", "429"}


def test_who_somebody_is_can_not_be_said_from_outside(site: Site) -> None:
    _, path = plugin()
    assert site.get(path, {"x-user-id": "somebody-else"}).status_code == 401
    answer = site.get(path, {**site.signed_in, "x-user-id": "somebody-else"})
    assert answer.status_code == 200
    assert "somebody-else" not in answer.text


def test_answers_say_that_the_edge_is_played_and_bear_the_sites_headers(site: Site) -> None:
    page = site.get("/")
    assert page.headers["via"].endswith("(plays CloudFront)")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert "x-request-id" in site.get(plugin()[1]).headers


def test_a_pod_that_goes_straight_to_a_plugin_reaches_nothing(live: LiveStack, site: Site) -> None:
    name, path = plugin()
    home = namespace(name)
    service = live.api.request("GET", f"/api/v1/namespaces/{home}/services/{name}")["spec"]["clusterIP"]
    live.namespace("attacker")
    live.pod("attacker", "pod")
    asked = ("timeout", "3", "wget", "-q", "-O", "-", "--header", "x-user-id: somebody", f"http://{service}{path}")
    assert live.run("attacker", "pod", *asked).code != 0
    assert site.get(path, site.signed_in).status_code == 200, "to the gateway it answers"


@contextmanager
def without_limiter(live: LiveStack) -> Generator[None]:
    before = live.api.request("GET", LIMITER)["spec"]["replicas"]
    _scale(live, 0)
    wait_for("the limiter to be gone", lambda: not live.api.request("GET", LIMITER)["status"].get("replicas"))
    try:
        yield
    finally:
        _scale(live, before)
        wait_for(
            "the limiter to be back",
            lambda: live.api.request("GET", LIMITER)["status"].get("readyReplicas") == before,
            seconds=60,
        )


def test_without_the_service_that_counts_requests_pass_uncounted(live: LiveStack, site: Site) -> None:
    _, path = plugin()
    counted = site.get(path, site.signed_in)
    assert "x-ratelimit-limit" in counted.headers
    with without_limiter(live):
        begin = time.monotonic()
        answers = [site.get(path, site.signed_in) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        assert not any("x-ratelimit-limit" in answer.headers for answer in answers)
        assert time.monotonic() - begin < 5 * 2


def test_a_rollout_of_a_plugin_drops_no_request_until_the_last_old_pod_is_gone(
    live: LiveStack, site: Site, tmp_path: Path
) -> None:
    name, path = plugin()
    deployment = f"/apis/apps/v1/namespaces/{namespace(name)}/deployments/{name}"
    users = [site, *(Site(live, folder(tmp_path / str(number))) for number in range(3))]  # each may ask so often
    statuses, over = Counter[int](), threading.Event()
    before = _serving(live, name)

    def ask(user: Site) -> None:
        while not over.wait(0.7):
            statuses[user.get(path, user.signed_in).status_code] += 1

    threads = [threading.Thread(target=ask, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    try:
        generation = live.api.request("GET", deployment)["metadata"]["generation"]
        _patch(live, deployment, {"template": {"metadata": {"annotations": {"test/again": "1"}}}})
        wait_for("the rollout", lambda: _rolled_out(live, deployment, generation), seconds=90)
        wait_for("the end of the pods before", lambda: not before & _serving(live, name), seconds=60, every=0.5)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert statuses.keys() == {200}, statuses
    assert statuses.total() > 30


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def _serving(live: LiveStack, name: str) -> set[str]:
    """Pods that are there, those that end too."""
    return {
        pod["metadata"]["name"]
        for pod in live.api.items("Pod")
        if pod["metadata"]["namespace"] == namespace(name)
        and pod["metadata"]["labels"].get(COMPONENT_LABEL) == "plugin"
    }


def _rolled_out(live: LiveStack, deployment: str, before: int) -> bool:
    found: Any = live.api.request("GET", deployment)
    wanted, status = found["spec"]["replicas"], found["status"]
    return (
        found["metadata"]["generation"] > before
        and status.get("observedGeneration") == found["metadata"]["generation"]
        and status.get("updatedReplicas") == status.get("readyReplicas") == status.get("replicas") == wanted
    )


def _scale(live: LiveStack, count: int) -> None:
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": count}}
    live.api.request("PATCH", f"{LIMITER}/scale", scale, fieldManager="test", force="true")


def _patch(live: LiveStack, deployment: str, spec: Mapping[str, Any]) -> None:
    name = deployment.rpartition("/")[2]
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
    live.api.request("PATCH", deployment, body, fieldManager="test", force="true")
