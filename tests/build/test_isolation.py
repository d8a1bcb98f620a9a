"""For every pair of pods of a region, one of them a plugin's: they may talk if, and only if, the registry says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from planning.gateway.internal_listener import CONTAINER_PORT, needs_listener, through_gateway
from planning.observability.network_policies import COLLECTOR
from planning.shared.labels import COMPONENT_LABEL, PLUGIN_LABEL
from planning.shared.naming import SYSTEM_NAMESPACES
from planning.shared.ports import OTLP_PORT, POOLER_PORT
from tests.build.conftest import Built
from tests.components.recording import Recorded, of_type
from tests.network_policies import Object, Pod, allowed

HOME = "use1"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
KINDS = ("kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:Job")
DNS_PORT = 53


@dataclass(frozen=True, kw_only=True)
class Found:
    """A pod of the program: what policies see of it, and the ports of its containers."""

    name: str
    pod: Pod
    ports: tuple[int, ...]

    @property
    def plugin(self) -> str | None:
        """Whose it is; None for the platform's own."""
        return self.pod.labels.get(PLUGIN_LABEL) if self.pod.namespace.startswith("plugin-") else None

    @property
    def serves(self) -> bool:
        """Whether requests go to it: neither a Job nor the pod of timed work."""
        return self.pod.labels.get(COMPONENT_LABEL) == "plugin"


GATEWAY = Found(
    name="gateway",
    pod=Pod(namespace=SYSTEM_NAMESPACES["gateway"], labels={"app.kubernetes.io/component": "proxy"}),
    ports=(8443, CONTAINER_PORT),
)
DNS = Found(name="dns", pod=Pod(namespace="kube-system", labels={"k8s-app": "kube-dns"}), ports=(DNS_PORT,))
STRANGERS = (
    Found(name="stranger", pod=Pod(namespace="default", labels={PLUGIN_LABEL: "my-wallet"}), ports=(80,)),
    Found(name="node agent", pod=Pod(namespace="kube-system", labels={}), ports=(9100,)),
)
"""Pods that the program doesn't make itself."""


def pods(built: Built) -> list[Found]:
    """Of the home region; whatever would run there."""
    made = [record for kind in KINDS for record in of_type(built.update.records, kind) if _at_home(record)]
    return [*map(_found, made), GATEWAY, DNS, *STRANGERS]


def _at_home(record: Recorded) -> bool:
    return "usw2" not in record.provider


def _found(record: Recorded) -> Found:
    template: Mapping[str, Any] = record.inputs["spec"]["template"]
    containers: list[dict[str, Any]] = template["spec"]["containers"]
    listed: list[dict[str, int]] = [port for container in containers for port in container.get("ports", [])]
    return Found(
        name=record.name,
        pod=Pod(namespace=record.inputs["metadata"]["namespace"], labels=template["metadata"]["labels"]),
        ports=(*(port["containerPort"] for port in listed), 9229),  # Node's debugger, which nobody declares
    )


def _serves(built: Built, source: Found, target: Found, port: int) -> bool:
    """Of a connection to a plugin's pod."""
    spec = built.plan.registry.by_name[target.plugin or ""].backend
    assert spec
    if not target.serves or port != spec.port:
        return False
    if source.pod.namespace == GATEWAY.pod.namespace:
        return True
    caller = built.plan.registry.by_name[source.plugin] if source.plugin else None
    if not caller or not caller.backend or through_gateway(caller, spec):
        return False
    return target.plugin in caller.backend.network.calls


def declared(built: Built, source: Found, target: Found, port: int) -> bool:
    """What the registry says of a connection, one end of which is a plugin's."""
    if target.plugin:
        return _serves(built, source, target, port)
    assert source.plugin
    if target is DNS:
        return port == DNS_PORT
    if target.pod.namespace == SYSTEM_NAMESPACES["pooler"]:
        plan = next(plan for plan in built.plan.plugins if plan.name == source.plugin)
        own = plan.database and target.pod.labels["app.kubernetes.io/name"] == f"pooler-{plan.database.shard}"
        return bool(own) and port == POOLER_PORT
    if target is GATEWAY:
        return port == CONTAINER_PORT and needs_listener(
            built.plan.registry.by_name[source.plugin], built.plan.registry
        )
    collects = target.pod.labels.get("app.kubernetes.io/name") == COLLECTOR
    return collects and built.plan.tier.apm and port == OTLP_PORT


def wrong(built: Built) -> Iterator[str]:
    """Every connection that is open and should not be, or the other way round."""
    policies: list[Object] = [record.inputs for record in of_type(built.update.records, POLICY) if _at_home(record)]
    found = pods(built)
    for source in found:
        for target in found:
            if source is target or not (source.plugin or target.plugin):
                continue
            for port in {*target.ports, POOLER_PORT, OTLP_PORT}:
                passes = allowed(policies, source.pod, target.pod, port)
                if passes != declared(built, source, target, port):
                    yield f"{source.name} -> {target.name}:{port} is {'open' if passes else 'closed'}"


def test_two_pods_may_talk_if_and_only_if_it_is_declared(tier: Built) -> None:
    assert list(wrong(tier)) == []


def test_all_pods_of_a_region_are_looked_at(tier: Built) -> None:
    found = pods(tier)
    assert {one.plugin for one in found if one.plugin} == {plan.name for plan in tier.plan.plugins if plan.serves}
    assert {one.pod.namespace for one in found if not one.plugin} >= {
        SYSTEM_NAMESPACES[noun] for noun in ("gateway", "pooler", "schema")
    }


@pytest.mark.parametrize("noun", ["schema", "pooler", "observability"])
def test_the_platforms_own_pods_reach_no_plugin(tier: Built, noun: str) -> None:
    policies = [record.inputs for record in of_type(tier.update.records, POLICY) if _at_home(record)]
    anyone = Pod(namespace=SYSTEM_NAMESPACES[noun], labels={COMPONENT_LABEL: noun})
    for target in pods(tier):
        if target.plugin:
            assert not any(allowed(policies, anyone, target.pod, port) for port in target.ports)
