"""What the gateway says when it answers itself: JSON for developers and browsers, with an id to find the log line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class GatewayError:
    """An answer. status: None for every other one from 400 on."""

    status: int | None
    code: str
    message: str


ERRORS = (
    GatewayError(status=401, code="unauthenticated", message="Sign in, or send a valid bearer token."),
    GatewayError(status=403, code="forbidden", message="This request is not allowed."),
    GatewayError(status=404, code="not_found", message="No plugin answers at this path."),
    GatewayError(status=408, code="request_timeout", message="The request did not arrive in time."),
    GatewayError(status=413, code="body_too_large", message="The request body is too large."),
    GatewayError(status=429, code="rate_limited", message="Too many requests; try again after the stated time."),
    GatewayError(status=431, code="headers_too_large", message="The request headers are too large."),
    GatewayError(status=500, code="gateway_error", message="The gateway could not handle the request."),
    GatewayError(status=502, code="bad_gateway", message="The plugin gave no valid answer."),
    GatewayError(status=503, code="unavailable", message="The plugin is not available right now."),
    GatewayError(status=504, code="timeout", message="The plugin did not answer in time."),
    GatewayError(status=None, code="error", message="The request failed."),
)
"""The first that matches counts. Answers of plugins, whatever their status, pass as they are."""


LIMIT_WINDOW_SECONDS = 60
"""Limits are counted by the minute. Retry-After states all of it: what is left of it stands in x-ratelimit-reset, which
is added too late to be copied."""


def local_replies() -> dict[str, Any]:
    """Envoy's local_reply_config. It keeps headers, such as those of CORS and WWW-Authenticate."""
    return {"mappers": [_mapper(error) for error in ERRORS]}


def _mapper(error: GatewayError) -> dict[str, Any]:
    operator, status = ("EQ", error.status) if error.status else ("GE", 400)
    found: dict[str, Any] = {
        "filter": {
            "status_code_filter": {
                "comparison": {"op": operator, "value": {"default_value": status, "runtime_key": "naap.local_reply"}}
            }
        },
        "body_format_override": {"json_format": {"error": _body(error)}},
    }
    if error.status == 429:  # noqa: PLR2004  # Too Many Requests
        header = {"key": "retry-after", "value": str(LIMIT_WINDOW_SECONDS)}
        found["headers_to_add"] = [{"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]
    return found


def _body(error: GatewayError) -> Mapping[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "status": "%RESPONSE_CODE%",
        "requestId": "%REQ(x-request-id)%",
    }
