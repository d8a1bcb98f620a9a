"""The rehearsal's edge with origins that are functions of Python: what a page gets of the site."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rehearsal.live.edge.cloudfront import response_headers
from rehearsal.live.edge.cloudfront.distribution import Distribution, Refusal
from rehearsal.live.edge.cloudfront.functions import Functions
from rehearsal.live.edge.messages import Request as Head
from tests.components.recording import Recorded

HEADERS = response_headers.POLICY
_VIEWER = "198.51.100.1"


@dataclass(frozen=True, kw_only=True)
class Request(Head):
    """What reaches an origin, with its body."""

    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """headers: by names in lower case."""

    body: str = ""
    kind: str = "text/plain"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Origin = Callable[[Request], Answer]


class Edge:
    """origins: who answers, by the start of an origin's id."""

    def __init__(self, records: Sequence[Recorded], origins: Mapping[str, Origin], functions: Functions) -> None:
        self._distribution = Distribution(records, functions)
        self._origins = origins

    def owner(self, path: str) -> str:
        """Which origin gets a path."""
        return self._distribution.owner(path)

    def answer(self, request: Request) -> Answer:
        """What a viewer gets."""
        decided = self._distribution.decide(request, viewer=_VIEWER, identity="request")
        if isinstance(decided, Refusal):
            return Answer(status=decided.status, body=decided.reason)
        target, sent = decided.origins[0].identity, decided.request
        origin = next(found for start, found in self._origins.items() if target.startswith(start))
        found = origin(
            Request(method=sent.method, path=sent.path, query=sent.query, headers=sent.headers, body=request.body)
        )
        added = response_headers.added(decided.policy, found.headers)
        return Answer(body=found.body, kind=found.kind, status=found.status, headers={**found.headers, **added})
