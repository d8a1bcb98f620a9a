"""What of a viewer's request an origin sees, by cache and origin request policies, and what CloudFront adds to it.

From the CloudFront developer guide: "Request and response behavior for custom origins", "Understand cache policies",
"Understand origin request policies".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rehearsal import RehearsalError
from rehearsal.live.edge.messages import Request, Resource, the

CACHE_POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
VIA = "1.1 rehearsal (plays CloudFront)"
"""The header in which a proxy names itself, of requests and answers."""

_SPECIAL = ("host", "cookie", "x-forwarded-for", "via", "user-agent", "accept-encoding", "upgrade")
_NEVER = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"),
        *("expect", "upgrade", "x-forwarded-proto", "x-real-ip"),
    )
)
_UNASKED = frozenset(("content-length", "content-type", "transfer-encoding", "range", "if-range"))
"""Goes along whatever the policies say: without them a body or a part of one could not be asked for."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """Names that an origin sees of a request, in lower case but for cookies and queries; None: all."""

    headers: frozenset[str] | None = frozenset()
    cookies: frozenset[str] | None = frozenset()
    queries: frozenset[str] | None = frozenset()
    encodings: tuple[str, ...] = ()

    def __or__(self, other: "Passed") -> "Passed":
        return Passed(
            headers=_both(self.headers, other.headers),
            cookies=_both(self.cookies, other.cookies),
            queries=_both(self.queries, other.queries),
            encodings=(*self.encodings, *other.encodings),
        )


MANAGED: Mapping[str, Passed] = {
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": Passed(),  # CachingDisabled
    "216adef6-5c7f-47e4-b989-5492eafa07d3": Passed(headers=None, cookies=None, queries=None),  # AllViewer
    "bf0718e1-ba1e-49d1-88b1-f726733018ae": Passed(headers=frozenset(("host",))),  # HostHeaderOnly
}
"""AWS's own policies by their ids, which are the same in every account."""


def passed(behaviour: Mapping[str, Any], resources: Sequence[Resource]) -> Passed:
    """What a behaviour lets through. Raises RehearsalError for a policy that can't be played."""
    found = _cached(str(behaviour["cachePolicyId"]), resources)
    asked = behaviour.get("originRequestPolicyId")
    if not asked:
        return found
    if asked not in MANAGED:
        raise RehearsalError(
            f"the edge plays AWS's own origin request policies only, and {asked} is none that it knows"
        )
    return found | MANAGED[asked]


def _cached(identity: str, resources: Sequence[Resource]) -> Passed:
    if identity in MANAGED:
        return MANAGED[identity]
    stated = the(resources, CACHE_POLICY, "id", identity).inputs["parametersInCacheKeyAndForwardedToOrigin"]
    sizes = {"br": "enableAcceptEncodingBrotli", "gzip": "enableAcceptEncodingGzip"}
    headers = _names(stated["headersConfig"], "header")
    return Passed(
        headers=None if headers is None else frozenset(name.lower() for name in headers),
        cookies=_names(stated["cookiesConfig"], "cookie"),
        queries=_names(stated["queryStringsConfig"], "queryString"),
        encodings=tuple(encoding for encoding, switch in sizes.items() if stated.get(switch)),
    )


def _names(stated: Mapping[str, Any], kind: str) -> frozenset[str] | None:
    match stated[f"{kind}Behavior"]:
        case "none":
            return frozenset()
        case "all":
            return None
        case "whitelist":
            return frozenset(stated[f"{kind}s"]["items"])
        case other:
            raise RehearsalError(f"the edge does not play {kind}Behavior: {other}")


def to_origin(request: Request, seen: Passed, *, viewer: str, host: str, identity: str) -> Request:
    """The request as an origin gets it. viewer: its address; host: of the origin; identity: of the request."""
    given = request.headers
    kept = {
        name: value
        for name, value in given.items()
        if name not in _NEVER
        and not name.startswith("x-edge-")
        and name not in _SPECIAL
        and (seen.headers is None or name in seen.headers or name in _UNASKED)
    }
    before = given.get("x-forwarded-for")
    via = given.get("via") if _passes("via", seen) else None
    added = {
        "host": given.get("host", host) if _passes("host", seen) else host,
        "user-agent": given.get("user-agent") if _passes("user-agent", seen) else "Amazon CloudFront",
        "accept-encoding": _encodings(given.get("accept-encoding", ""), seen),
        "cookie": _cookies(given.get("cookie", ""), seen.cookies),
        "x-forwarded-for": f"{before}, {viewer}" if before else viewer,
        "via": f"{via}, {VIA}" if via else VIA,
        "x-amz-cf-id": identity,
        "upgrade": "websocket" if request.upgrades else None,
    }
    headers = kept | {name: value for name, value in added.items() if value}
    return replace(request, query=_query(request.query, seen.queries), headers=headers)


def _passes(name: str, seen: Passed) -> bool:
    return seen.headers is None or name in seen.headers


def _encodings(asked: str, seen: Passed) -> str:
    if seen.encodings:
        offered = {part.partition(";")[0].strip() for part in asked.split(",")}
        return ",".join(encoding for encoding in seen.encodings if encoding in offered)
    return asked if _passes("accept-encoding", seen) else ""


def _cookies(sent: str, names: frozenset[str] | None) -> str:
    parts = [part.strip() for part in sent.split(";")]
    return "; ".join(part for part in parts if part and (names is None or part.partition("=")[0] in names))


def _query(sent: str, names: frozenset[str] | None) -> str:
    return "&".join(part for part in sent.split("&") if names is None or part.partition("=")[0] in names)


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other
