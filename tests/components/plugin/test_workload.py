"""How a plugin's pods are hardened, rolled out, spread and ranked; of every Deployment of the real registry."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from planning.plugin.process_environment import TEMPORARY
from tests.components.plugins import build_plugins
from tests.components.recording import of_type
from tests.plugin_plans import plugin_plans, real_registry

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
ALONE = {"service-gateway", "my-wallet-cron"}
CORE = {"base-svc", "plugin-server", "web-next"}
NAMES = [spec.name for spec in real_registry().plugins if spec.backend] + ["my-wallet-cron"]


@cache
def deployments() -> Mapping[str, Mapping[str, Any]]:
    return {
        record.inputs["metadata"]["name"]: record.inputs
        for record in of_type(build_plugins(plugin_plans()), DEPLOYMENT)
    }


def pod(name: str) -> Mapping[str, Any]:
    return deployments()[name]["spec"]["template"]["spec"]


def container(name: str) -> Mapping[str, Any]:
    (found,) = pod(name)["containers"]
    return found


def test_these_are_all() -> None:
    assert set(deployments()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_as_nobody_and_gains_nothing(name: str) -> None:
    assert (
        pod(name)["securityContext"].items() >= {"runAsNonRoot": True, "runAsUser": 10_001, "fsGroup": 10_001}.items()
    )
    assert pod(name)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize("name", NAMES)
def test_it_writes_to_one_mount_in_which_node_and_npm_look_for_their_home(name: str) -> None:
    writable = [mount["mountPath"] for mount in container(name)["volumeMounts"] if not mount.get("readOnly")]
    values = {each["name"]: each.get("value") for each in container(name)["env"]}
    assert writable == [TEMPORARY]
    assert all(values[each].startswith(TEMPORARY) for each in ("HOME", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME"))


@pytest.mark.parametrize("name", NAMES)
def test_its_image_is_named_by_digest(name: str) -> None:
    assert "@sha256:" in container(name)["image"]


@pytest.mark.parametrize("name", NAMES)
def test_a_roll_out_takes_no_pod_away_before_another_is_ready(name: str) -> None:
    spec = deployments()[name]["spec"]
    if name in ALONE:
        assert spec["strategy"] == {"type": "Recreate"}
        return
    assert "replicas" not in spec
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "10%"}}


@pytest.mark.parametrize("name", NAMES)
def test_no_node_is_given_up_under_the_only_pod_there_is(name: str) -> None:
    annotations = deployments()[name]["spec"]["template"]["metadata"]["annotations"]
    assert ("karpenter.sh/do-not-disrupt" in annotations) == (name in ALONE)


@pytest.mark.parametrize("name", NAMES)
def test_its_pods_spread_over_zones_first_and_nodes_next(name: str) -> None:
    spread = pod(name)["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert all(
        each["labelSelector"]["matchLabels"] == deployments()[name]["spec"]["selector"]["matchLabels"]
        for each in spread
    )


@pytest.mark.parametrize("name", NAMES)
def test_core_services_go_before_plugins(name: str) -> None:
    assert pod(name)["priorityClassName"] == ("naap-core" if name in CORE else "naap-plugin")


@pytest.mark.parametrize("name", NAMES)
def test_timed_work_is_off_but_in_the_one_pod_that_is_for_it(name: str) -> None:
    off = {"name": "DISABLE_CRON", "value": "true"} in container(name)["env"]
    assert off == (name != "my-wallet-cron")
