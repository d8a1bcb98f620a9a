"""Reachability of a cluster's Kubernetes API from here: Pulumi makes all that runs in it through it."""

import ipaddress

from doctor.facts.account import ClusterEndpoint
from doctor.facts.network import Address
from doctor.finding import Check, Finding, Unanswered
from planning.cluster.cluster import ClusterPlan

_INSIDE = "run `up` from inside the VPC or a network that is joined to it (docs/ci.md)"


def judge_endpoint(
    stack: str,
    plan: ClusterPlan,
    cluster: ClusterEndpoint | Unanswered | None,
    reached: bool | Unanswered | None,
    address: Address | Unanswered,
) -> Finding:
    """cluster: as it is now; reached: whether TCP got there, None where nobody tried. address: of this machine."""
    check = Check(
        name="cluster endpoint",
        rule="the Kubernetes API can be reached from where `up` runs",
        file=f"Pulumi.{stack}.yaml",
        entry=plan.name,
        field="naap:apiAccessCidrs",
    )
    if isinstance(cluster, ClusterEndpoint) and reached is not None:
        return _of_cluster(check, cluster, reached, _open_for(address, len(plan.public_cidrs)))
    if not plan.public_cidrs:
        return _private(check, cluster, address)
    return _public(check, plan.public_cidrs, address)


def _private(check: Check, cluster: ClusterEndpoint | Unanswered | None, address: Address | Unanswered) -> Finding:
    if isinstance(cluster, Unanswered):
        return check.warns(f"private; whether it is made yet: {cluster.reason}", _INSIDE)
    return check.stops(
        "private, in a network that isn't made yet: nobody is inside of it",
        f"name your network for the first up: {_open_for(address, 0)}; later: {_INSIDE}",
    )


def _public(check: Check, cidrs: tuple[str, ...], address: Address | Unanswered) -> Finding:
    """Of an endpoint that isn't made yet, or of which nobody may tell."""
    opened = _open_for(address, len(cidrs))
    networks = [ipaddress.ip_network(cidr) for cidr in cidrs]
    if not any(network.is_global for network in networks):
        return check.stops(f"{', '.join(cidrs)}: no network of the internet (private, or of documentation)", opened)
    if isinstance(address, Unanswered):
        return check.skipped(address)
    if not any(address in network for network in networks):
        return check.stops(f"this machine goes out as {address}, not in {', '.join(cidrs)}", opened)
    return check.ok(f"not reached for yet; {address} may")


def _of_cluster(check: Check, cluster: ClusterEndpoint, reached: bool | Unanswered, opened: str) -> Finding:
    if isinstance(reached, Unanswered):
        return check.skipped(reached, cluster.url)
    if reached:
        return check.ok(f"{cluster.url} answers")
    if cluster.public:
        return check.stops(f"{cluster.url} is not reached", opened)
    return check.stops(f"{cluster.url} is private and not reached", _INSIDE)


def _open_for(address: Address | Unanswered, place: int) -> str:
    own = "ADDRESS/32" if isinstance(address, Unanswered) else f"{address}/{address.max_prefixlen}"
    return f"pulumi config set --path 'naap:apiAccessCidrs[{place}]' {own}"
