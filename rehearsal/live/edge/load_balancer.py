"""The load balancer before the gateway: where its listener sends requests, and what it does to them.

From the Application Load Balancer guide: "HTTP headers", "Request tracing", "Target group health checks", "Routing
algorithms".
"""

import re
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal import RehearsalError
from rehearsal.live.edge.messages import Request, Resource, of_type, the

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
_VALID_NAME = re.compile(r"[-A-Za-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class TargetGroup:
    """Where a listener sends requests. Times in seconds."""

    arn: str
    port: int
    path: str
    interval: int
    timeout: int
    healthy_after: int
    unhealthy_after: int
    drops_invalid: bool


def target_group(balancer: str, resources: Sequence[Resource]) -> TargetGroup:
    """Of the load balancer with this ARN. Raises RehearsalError for what is not played."""
    attributes = the(resources, BALANCER, "arn", balancer).inputs
    listeners = [one.inputs for one in of_type(resources, LISTENER) if one.inputs["loadBalancerArn"] == balancer]
    actions: list[Mapping[str, Any]] = [action for one in listeners for action in one["defaultActions"]]
    if [action["type"] for action in actions] != ["forward"]:
        raise RehearsalError(f"the edge plays a load balancer with one listener that forwards; this one has {actions}")
    found = the(resources, TARGET_GROUP, "arn", actions[0]["targetGroupArn"])
    health: Mapping[str, Any] = found.inputs["healthCheck"]
    if (found.inputs["protocol"], health["protocol"], attributes["xffHeaderProcessingMode"]) != (
        "HTTPS",
        "HTTPS",
        "append",
    ):
        raise RehearsalError("the edge plays targets of HTTPS, and X-Forwarded-For that is appended to")
    return TargetGroup(
        arn=str(found.outputs["arn"]),
        port=int(found.inputs["port"]),
        path=str(health["path"]),
        interval=int(health["interval"]),
        timeout=int(health["timeout"]),
        healthy_after=int(health["healthyThreshold"]),
        unhealthy_after=int(health["unhealthyThreshold"]),
        drops_invalid=bool(attributes.get("dropInvalidHeaderFields")),
    )


def to_target(request: Request, group: TargetGroup, *, client: str, trace: str) -> Request:
    """The request as a target gets it. client: address of who asked the balancer; trace: of new_trace()."""
    kept = {
        name: value for name, value in request.headers.items() if not group.drops_invalid or _VALID_NAME.fullmatch(name)
    }
    before, traced = kept.get("x-forwarded-for"), kept.get("x-amzn-trace-id", "")
    added = {
        "x-forwarded-for": f"{before}, {client}" if before else client,
        "x-forwarded-proto": "https",
        "x-forwarded-port": "443",
        "x-amzn-trace-id": f"Self={trace};{_without_self(traced)}" if "Root=" in traced else f"Root={trace}",
    }
    return replace(request, headers=kept | added)


def new_trace() -> str:
    """Version, time and identifier of a request."""
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def _without_self(traced: str) -> str:
    return ";".join(part for part in traced.split(";") if not part.strip().startswith("Self="))


@dataclass
class _Target:
    """What is known of one. healthy: None until its checks have said something for the first time."""

    healthy: bool | None = None
    streak: int = 0
    open: int = 0


@dataclass
class Targets:
    """Registered addresses and their health: a new one takes requests once it is healthy, all do where none is."""

    group: TargetGroup
    _known: dict[str, _Target] = field(default_factory=dict[str, _Target])

    def register(self, addresses: Collection[str]) -> None:
        """These, and no others. Of one that goes, requests under way end by themselves."""
        self._known = {address: self._known.get(address) or _Target() for address in sorted(addresses)}

    @property
    def addresses(self) -> tuple[str, ...]:
        """All that are registered."""
        return tuple(self._known)

    def checked(self, address: str, *, well: bool) -> None:
        """A health check's result."""
        target = self._known.get(address)
        if target is None:
            return
        if target.healthy is None or target.healthy != well:
            target.streak += 1
            # The first check of a new target that succeeds makes it healthy at once.
            enough = self.group.healthy_after if well else self.group.unhealthy_after
            if target.streak >= enough or (target.healthy is None and well):
                target.healthy, target.streak = well, 0
        else:
            target.streak = 0

    def take(self) -> str | None:
        """The address that has the fewest requests under way, and now one more; None: there is none."""
        well = [address for address, target in self._known.items() if target.healthy]
        # Where none is healthy, a load balancer asks all of them.
        found = min(well or self._known, key=lambda address: self._known[address].open, default=None)
        if found is not None:
            self._known[found].open += 1
        return found

    def give_back(self, address: str) -> None:
        """A request to it has ended."""
        target = self._known.get(address)
        if target is not None:
            target.open -= 1
