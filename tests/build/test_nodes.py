"""Whatever is built finds a node: at the least of every autoscaler, with add-ons and one roll-out, in every tier."""

import re
from typing import Any

from planning.cluster.packing import ADDONS, Pods, nodes_for
from planning.region_pods import least_pods
from planning.shared.pods import PodSize
from tests.build.conftest import Built
from tests.components.recording import Recorded, of_type

DEPLOYMENT, POOL = "kubernetes:apps/v1:Deployment", "kubernetes:karpenter.sh/v1:NodePool"


def _amount(text: object) -> float:
    """Of CPU in millicores, of memory in MiB."""
    number, unit = re.fullmatch(r"([\d.]+)(m|Mi|Gi|)", str(text)).groups()  # type: ignore[union-attr]  # else no quantity
    return float(number) * {"m": 1, "Mi": 1, "Gi": 1024, "": 1000}[unit]


def asked(pod: dict[str, Any], name: str, count: int) -> Pods:
    """What a pod asks for, with what runs beside it."""
    containers: list[dict[str, Any]] = pod["containers"]
    first: list[dict[str, Any]] = pod.get("initContainers") or []
    beside = [each for each in first if each.get("restartPolicy") == "Always"]
    requests: list[dict[str, str]] = [container["resources"]["requests"] for container in [*containers, *beside]]
    cpu, memory = (round(sum(_amount(each[kind]) for each in requests)) for kind in ("cpu", "memory"))
    return Pods(name=name, size=PodSize(cpu_m=cpu, memory_mib=memory), count=count)


def _of(record: Recorded, least: dict[tuple[str, str, str], int]) -> Pods:
    """Of a Deployment, by its autoscaler's least where it has one."""
    spec, metadata = record.inputs["spec"], record.inputs["metadata"]
    count = least.get((record.provider, metadata["namespace"], metadata["name"]), int(spec.get("replicas", 1)))
    return asked(spec["template"]["spec"], metadata["name"], count)


def test_what_is_counted_is_what_is_built(tier: Built) -> None:
    """Deployments of ours: those of the gateway's chart and of add-ons are no resources of the program."""
    records = tier.update.records
    least = {
        (scaler.provider, scaler.inputs["metadata"]["namespace"], scaler.inputs["spec"]["scaleTargetRef"]["name"]): int(
            scaler.inputs["spec"]["minReplicas"]
        )
        for scaler in of_type(records, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler")
    }
    for region in tier.plan.regions:
        (pool,) = [record for record in of_type(records, POOL) if record.name.startswith(_code(region.region))]
        built = [_of(record, least) for record in of_type(records, DEPLOYMENT) if record.provider == pool.provider]
        counted = least_pods(
            plugins=region.plugins, poolers=region.poolers, gateway=region.gateway, seen=region.observability
        )
        chart = {"proxies", "limiter", "gateway control", "a Job", *(addon.name for addon in ADDONS)}
        ours = [pods for pods in counted if pods.name not in chart]
        assert sum(p.size.cpu_m * p.count for p in built) == sum(p.size.cpu_m * p.count for p in ours)
        assert sum(p.count for p in built) == sum(p.count for p in ours)


def _code(region: str) -> str:
    return {"us-east-1": "use1", "us-west-2": "usw2"}[region]


def test_every_pod_finds_a_node_also_while_the_largest_deployment_is_rolled(tier: Built) -> None:
    for region in tier.plan.regions:
        pods = least_pods(
            plugins=region.plugins, poolers=region.poolers, gateway=region.gateway, seen=region.observability
        )
        assert nodes_for(pods, tier.plan.tier.nodes) <= tier.plan.tier.nodes.limit, tier.plan.tier.name


def test_a_pool_may_have_one_node_more_than_its_pods_fill_so_that_one_can_be_replaced(tier: Built) -> None:
    for record in of_type(tier.update.records, POOL):
        nodes = tier.plan.home.cluster.node_pool.nodes
        assert int(record.inputs["spec"]["limits"]["cpu"]) == (nodes + 1) * tier.plan.tier.nodes.vcpu_each


def test_a_pool_asks_for_no_label_that_auto_mode_does_not_know(tier: Built) -> None:
    """EKS user guide, Create a Node Pool for EKS Auto Mode: kubernetes.io/os is listed as not supported."""
    for record in of_type(tier.update.records, POOL):
        keys = {item["key"] for item in record.inputs["spec"]["template"]["spec"]["requirements"]}
        assert keys == {
            "eks.amazonaws.com/instance-family",
            "eks.amazonaws.com/instance-size",
            "kubernetes.io/arch",
            "karpenter.sh/capacity-type",
        }
