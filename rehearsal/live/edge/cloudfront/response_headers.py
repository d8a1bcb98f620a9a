"""What a response headers policy does to an answer: the CloudFront developer guide's "Understand response headers
policies"."""

from collections.abc import Mapping
from typing import Any

from rehearsal import RehearsalError

POLICY = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
_SECTIONS = frozenset(("securityHeadersConfig", "customHeadersConfig"))
_ABOUT = frozenset(("name", "comment"))
_SINGLE = {
    "content-security-policy": ("contentSecurityPolicy", "contentSecurityPolicy"),
    "x-frame-options": ("frameOptions", "frameOption"),
    "referrer-policy": ("referrerPolicy", "referrerPolicy"),
}

Stated = Mapping[str, tuple[str, bool]]
"""Of a policy, by name in lower case: the value, and whether it replaces an origin's own."""


def stated(policy: Mapping[str, Any]) -> Stated:
    """The headers of a recorded policy. Raises RehearsalError for a section that is not played."""
    unknown = {name for name, value in policy.items() if value} - _SECTIONS - _ABOUT
    if unknown:
        raise RehearsalError(f"the edge does not play {', '.join(sorted(unknown))} of a response headers policy")
    security: Mapping[str, Any] = policy.get("securityHeadersConfig") or {}
    found: dict[str, tuple[str, bool]] = {
        name: (str(security[section][key]), bool(security[section]["override"]))
        for name, (section, key) in _SINGLE.items()
        if security.get(section)
    }
    if options := security.get("contentTypeOptions"):
        found["x-content-type-options"] = ("nosniff", bool(options["override"]))
    if strict := security.get("strictTransportSecurity"):
        found["strict-transport-security"] = (_strict(strict), bool(strict["override"]))
    custom: Mapping[str, Any] = policy.get("customHeadersConfig") or {"items": []}
    return found | {
        str(item["header"]).lower(): (str(item["value"]), bool(item["override"])) for item in custom["items"]
    }


def _strict(config: Mapping[str, Any]) -> str:
    parts = [f"max-age={config['accessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] if config.get("includeSubdomains") else []
    parts += ["preload"] if config.get("preload") else []
    return "; ".join(parts)


def added(policy: Stated, sent: Mapping[str, str]) -> dict[str, str]:
    """What goes to the viewer besides the origin's headers, or in their place: where it doesn't override, only what the
    origin left out."""
    return {name: value for name, (value, override) in policy.items() if override or name not in sent}
