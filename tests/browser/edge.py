"""CloudFront as the program configures it: behaviours, functions and headers of the recorded distribution.

Played by this file: the choice of a behaviour, viewer-request functions (run by Node), and what a response headers
policy does, as AWS's documentation has it. What it keeps is not played: every request reaches an origin.
"""

import fnmatch
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.components.recording import Recorded, of_type, one

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:cloudfront/function:Function"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
_STRICT = "strict-transport-security"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What reaches an origin. path: without the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
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

    def __init__(self, records: Sequence[Recorded], origins: Mapping[str, Origin]) -> None:
        self._distribution = one(records, DISTRIBUTION).inputs
        self._functions = {found.outputs["arn"]: found.inputs["code"] for found in of_type(records, FUNCTION)}
        self._policies = {found.outputs["id"]: found.inputs for found in of_type(records, HEADERS)}
        self._origins = origins

    def owner(self, path: str) -> str:
        """Which origin gets a path."""
        return self._behaviour(path)["targetOriginId"]

    def answer(self, request: Request) -> Answer:
        """What a viewer gets."""
        behaviour = self._behaviour(request.path)
        if request.method not in behaviour["allowedMethods"]:
            return Answer(status=403)
        for association in behaviour.get("functionAssociations") or ():
            request = _through(self._functions[association["functionArn"]], request)
        target = str(behaviour["targetOriginId"])
        origin = next(found for start, found in self._origins.items() if target.startswith(start))
        found = origin(request)
        added = _headers(self._policies[behaviour["responseHeadersPolicyId"]], found.headers)
        return Answer(body=found.body, kind=found.kind, status=found.status, headers={**found.headers, **added})

    def _behaviour(self, path: str) -> Mapping[str, Any]:
        listed: Sequence[Mapping[str, Any]] = self._distribution["orderedCacheBehaviors"]
        matching = (found for found in listed if fnmatch.fnmatchcase(path, found["pathPattern"]))
        return next(matching, self._distribution["defaultCacheBehavior"])


def _through(code: str, request: Request) -> Request:
    """A viewer-request function that changes the path."""
    program = f"{code}\nconsole.log(JSON.stringify(handler({{request: {{uri: {json.dumps(request.path)}}}}})))"
    node = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True)
    changed = json.loads(node.stdout)
    return Request(method=request.method, path=changed["uri"], headers=request.headers, body=request.body)


def _headers(policy: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, str]:
    """What a policy adds to an answer: where it doesn't override, only what the origin left out."""
    security = policy["securityHeadersConfig"]
    found = {
        "content-security-policy": _value(security, "contentSecurityPolicy", "contentSecurityPolicy"),
        "x-frame-options": _value(security, "frameOptions", "frameOption"),
        "referrer-policy": _value(security, "referrerPolicy", "referrerPolicy"),
        "x-content-type-options": ("nosniff", bool(security["contentTypeOptions"]["override"])),
        _STRICT: (f"max-age={security['strictTransportSecurity']['accessControlMaxAgeSec']}", True),
    }
    custom: Mapping[str, Any] = policy.get("customHeadersConfig") or {"items": []}
    for item in custom["items"]:
        found[str(item["header"]).lower()] = (item["value"], bool(item["override"]))
    return {
        name: value for name, (value, override) in found.items() if value is not None and (override or name not in sent)
    }


def _value(security: Mapping[str, Any], section: str, name: str) -> tuple[str | None, bool]:
    stated: Mapping[str, Any] = security.get(section) or {}
    return stated.get(name), bool(stated.get("override"))
