"""The recorded CloudFront distribution, applied to one request: its behaviour, its origin and its answer's headers.

Developer guide: "All distribution settings reference" (path patterns, allowed methods, viewer protocol policy).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rehearsal import RehearsalError
from rehearsal.live.edge.cloudfront import response_headers
from rehearsal.live.edge.cloudfront.forwarding import Passed, passed, to_origin
from rehearsal.live.edge.cloudfront.functions import Code, Functions
from rehearsal.live.edge.messages import Request, Resource, of_type, the

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:cloudfront/function:Function"
STORE_KEY = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who is asked. domain: its name; load_balancer: ARN of the one inside of the network, None for a bucket.

    attempts: to connect, of connect_seconds each; read_seconds: of its silence, that end a request.
    """

    identity: str
    domain: str
    load_balancer: str | None
    attempts: int
    connect_seconds: int
    read_seconds: int


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The edge's own answer."""

    status: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Forward:
    """A request on its way: origins in the order in which they are asked, the next for a status of failover."""

    request: Request
    origins: tuple[Origin, ...]
    failover: frozenset[int]
    policy: response_headers.Stated


@dataclass(frozen=True, kw_only=True)
class _Behaviour:
    pattern: re.Pattern[str]
    target: str
    methods: frozenset[str]
    seen: Passed
    policy: response_headers.Stated
    functions: tuple[Code, ...]


class Distribution:
    """What the stack's one distribution does. Raises RehearsalError for what it says and the edge doesn't play."""

    def __init__(self, resources: Sequence[Resource], functions: Functions) -> None:
        (found,) = of_type(resources, DISTRIBUTION)
        stated = found.inputs
        self._functions, self._resources = functions, resources
        self.names = frozenset((*stated["aliases"], str(found.outputs.get("domainName", ""))))
        self.arn = str(found.outputs["arn"])
        self._root = str(stated.get("defaultRootObject") or "")
        self._origins = {str(one["originId"]): _origin(one, resources) for one in stated["origins"]}
        self._groups: dict[str, Mapping[str, Any]] = {
            str(one["originId"]): one for one in stated.get("originGroups") or ()
        }
        listed = [(str(one["pathPattern"]), one) for one in stated.get("orderedCacheBehaviors") or ()]
        self._behaviours = [self._behaviour(*one) for one in (*listed, ("*", stated["defaultCacheBehavior"]))]

    @property
    def origins(self) -> tuple[Origin, ...]:
        """All of them."""
        return tuple(self._origins.values())

    def owner(self, path: str) -> str:
        """Id of the origin, or group of origins, that gets a path."""
        return self._of(path).target

    def decide(self, request: Request, *, viewer: str, identity: str) -> Forward | Refusal:
        """Where a request goes. viewer: its address; identity: of the request."""
        if request.headers.get("host", "") not in self.names:
            return Refusal(
                status=403, reason=f"the distribution has no such name; it has {', '.join(sorted(self.names))}"
            )
        behaviour = self._of(request.path)
        if request.method not in behaviour.methods:
            return Refusal(status=403, reason=f"{request.method} is not among the behaviour's methods")
        if request.method in ("GET", "HEAD") and _has_body(request):
            return Refusal(status=403, reason=f"CloudFront takes no {request.method} with a body")
        chosen, failover = self._targets(behaviour.target)
        for code in behaviour.functions:
            changed = self._functions.run(code, request, viewer=viewer)
            request = changed.request
            if changed.origins:
                chosen, failover = changed.origins, changed.failover
        if request.path == "/" and self._root:
            request = replace(request, path=f"/{self._root}")
        origins = tuple(self._origins[one] for one in chosen)
        sent = to_origin(request, behaviour.seen, viewer=viewer, host=origins[0].domain, identity=identity)
        # Only of these is a second origin asked.
        again = request.method in ("GET", "HEAD", "OPTIONS")
        return Forward(
            request=sent, origins=origins if again else origins[:1], failover=failover, policy=behaviour.policy
        )

    def _of(self, path: str) -> _Behaviour:
        return next(found for found in self._behaviours if found.pattern.fullmatch(path))

    def _targets(self, target: str) -> tuple[tuple[str, ...], frozenset[int]]:
        group = self._groups.get(target)
        if group is None:
            return (target,), frozenset()
        members = tuple(str(member["originId"]) for member in group["members"])
        return members, frozenset(group["failoverCriteria"]["statusCodes"])

    def _behaviour(self, pattern: str, stated: Mapping[str, Any]) -> _Behaviour:
        policy = the(self._resources, response_headers.POLICY, "id", stated["responseHeadersPolicyId"])
        return _Behaviour(
            pattern=matching(pattern),
            target=str(stated["targetOriginId"]),
            methods=frozenset(stated["allowedMethods"]),
            seen=passed(stated, self._resources),
            policy=response_headers.stated(policy.inputs),
            functions=tuple(self._code(one) for one in stated.get("functionAssociations") or ()),
        )

    def _code(self, association: Mapping[str, Any]) -> Code:
        if association["eventType"] != "viewer-request":
            raise RehearsalError(f"the edge does not play functions of {association['eventType']}")
        found = the(self._resources, FUNCTION, "arn", association["functionArn"]).inputs
        stores = found.get("keyValueStoreAssociations") or ()
        keys = [one.inputs for one in of_type(self._resources, STORE_KEY) if one.inputs["keyValueStoreArn"] in stores]
        return Code(text=str(found["code"]), store={str(key["key"]): str(key["value"]) for key in keys})


def matching(pattern: str) -> re.Pattern[str]:
    """A path pattern: * is any number of characters, ? is one, letters count as they are."""
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in pattern), re.DOTALL)


def _has_body(request: Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _origin(stated: Mapping[str, Any], resources: Sequence[Resource]) -> Origin:
    inside: Mapping[str, Any] = stated.get("vpcOriginConfig") or {}
    arn = None
    if inside:
        endpoint = the(resources, VPC_ORIGIN, "id", inside["vpcOriginId"]).inputs["vpcOriginEndpointConfig"]
        arn = str(endpoint["arn"])
    return Origin(
        identity=str(stated["originId"]),
        domain=str(stated["domainName"]),
        load_balancer=arn,
        attempts=int(stated.get("connectionAttempts") or 3),
        connect_seconds=int(stated.get("connectionTimeout") or 10),
        read_seconds=int(inside.get("originReadTimeout") or 30),
    )
