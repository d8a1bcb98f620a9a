"""Network policies of a plugin: its pods may talk to nobody but who the registry says."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.gateway.internal_listener import CONTAINER_PORT, needs_listener, through_gateway
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from planning.inputs.tiers import Tier
from planning.network.addresses import CLOSED_RANGES, region_addresses
from planning.network.network_policy import (
    INTERNET,
    TO_DNS,
    TO_POD_IDENTITY,
    AddressPeer,
    Peer,
    PodPeer,
    PolicyPlan,
    Port,
    Rule,
    default_deny,
)
from planning.shared.labels import PLUGIN_LABEL, selector
from planning.shared.naming import SYSTEM_NAMESPACES, canary_name, namespace
from planning.shared.ports import CACHE_PORT, OTLP_PORT, POOLER_PORT

_TO_LISTENER = Rule(
    peers=(PodPeer(namespace=SYSTEM_NAMESPACES["gateway"], pods={"app.kubernetes.io/component": "proxy"}),),
    ports=(Port(number=CONTAINER_PORT),),
)


@dataclass(frozen=True, kw_only=True)
class IsolationPlan:
    """own: in the plugin's namespace. granted: in the namespaces of those whose pods it reaches.

    A core service's pods are reached by others of its kind only: plugins reach it by the gateway's internal listener,
    which lets nobody claim to be another user (planning.gateway.internal_listener). A call is allowed by a policy of
    the caller's at the callee, so that adding a caller changes nothing of the callee.
    """

    own: tuple[PolicyPlan, ...]
    granted: tuple[PolicyPlan, ...]


def plan_isolation(
    *, spec: PluginSpec, backend: BackendSpec, region: str, tier: Tier, shards: Sequence[int], registry: Registry
) -> IsolationPlan:
    """The policies of a plugin in one region. shards: of its schema; two while it moves."""
    here = namespace(spec.name)
    callees = [
        (callee.name, callee.backend)
        for name in backend.network.calls
        if (callee := registry.by_name.get(name)) and callee.backend and not through_gateway(spec, callee)
    ]
    egress = (
        TO_DNS,
        TO_POD_IDENTITY,
        *(_to_pooler(shard) for shard in shards),
        *([_to_cache(region)] if spec.cache else []),
        *([_to_collector()] if tier.apm else []),
        *(_to_plugin(name, callee.port) for name, callee in callees),
        *([_TO_LISTENER] if needs_listener(spec, registry) else []),
        *_outside(backend.network.egress),
    )
    return IsolationPlan(
        own=(
            default_deny(here),
            _from_gateway("from-gateway", here, selector("plugin", spec.name), backend.port),
            *(
                [_from_gateway("from-gateway-canary", here, selector("canary", canary_name(spec.name)), backend.port)]
                if backend.canary
                else []
            ),
            PolicyPlan(name="to-declared", namespace=here, pods={PLUGIN_LABEL: spec.name}, egress=egress),
        ),
        granted=tuple(_grant(spec.name, name, callee.port) for name, callee in callees),
    )


def _from_gateway(name: str, here: str, pods: Mapping[str, str], port: int) -> PolicyPlan:
    return PolicyPlan(
        name=name,
        namespace=here,
        pods=pods,
        ingress=(Rule(peers=(PodPeer(namespace=SYSTEM_NAMESPACES["gateway"]),), ports=(Port(number=port),)),),
    )


def _grant(caller: str, callee: str, port: int) -> PolicyPlan:
    return PolicyPlan(
        name=f"from-{namespace(caller)}",
        namespace=namespace(callee),
        pods=selector("plugin", callee),
        ingress=(
            Rule(
                peers=(PodPeer(namespace=namespace(caller), pods={PLUGIN_LABEL: caller}),),
                ports=(Port(number=port),),
            ),
        ),
    )


def _to_plugin(name: str, port: int) -> Rule:
    return Rule(peers=(PodPeer(namespace=namespace(name), pods=selector("plugin", name)),), ports=(Port(number=port),))


def _to_pooler(shard: int) -> Rule:
    pooler = PodPeer(namespace=SYSTEM_NAMESPACES["pooler"], pods=selector("pooler", f"pooler-{shard}"))
    return Rule(peers=(pooler,), ports=(Port(number=POOLER_PORT),))


def _to_cache(region: str) -> Rule:
    data = tuple(AddressPeer(cidr=subnet.data) for subnet in region_addresses(region).subnets)
    return Rule(peers=data, ports=(Port(number=CACHE_PORT),))


def _to_collector() -> Rule:
    return Rule(peers=(PodPeer(namespace=SYSTEM_NAMESPACES["observability"]),), ports=(Port(number=OTLP_PORT),))


def _outside(listed: Sequence[str]) -> list[Rule]:
    """One rule a port. listed: `target:port`, as the registry's loader writes them."""
    by_port: dict[int, list[Peer]] = {}
    for entry in listed:
        target, _, port = entry.rpartition(":")
        peer = _peer(target)
        peers = by_port.setdefault(int(port), [])
        if peer not in peers:
            peers.append(peer)
    return [Rule(peers=tuple(peers), ports=(Port(number=port),)) for port, peers in sorted(by_port.items())]


def _peer(target: str) -> Peer:
    if "/" not in target:
        return INTERNET
    network = ipaddress.ip_network(target)
    inside = tuple(
        closed
        for closed in CLOSED_RANGES
        if ipaddress.ip_network(closed).subnet_of(network) and closed != target  # pyright: ignore[reportArgumentType]  # both are IPv4
    )
    return AddressPeer(cidr=target, excluded=inside)
