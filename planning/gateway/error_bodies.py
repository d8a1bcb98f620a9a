"""Bodies of the gateway's own errors: JSON for developers and browsers, with an id to find the log line."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from planning.gateway.routes import EXPOSED_HEADERS, IDENTITY_HEADER, larger_than
from planning.inputs.sections import BUFFERED_MIB


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
    GatewayError(status=410, code="plugin_stopped", message="The plugin at this path is stopped."),
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


_SECONDS_LEFT = "%RESP(x-ratelimit-reset)%"
"""Of the window that is used up: the limiter has added its headers by the time that the body is written."""


def local_replies(origin: str) -> dict[str, Any]:
    """Envoy's local_reply_config. It keeps headers, such as WWW-Authenticate.

    origin: the site, whose pages may read every such answer. Those of CORS are stated here too, as the controller makes
    a fixed answer, without a plugin's policies, of a route whose plugin has no pod.
    """
    too_large = next(error for error in ERRORS if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    refused = {"status_code": too_large.status, **_mapper(too_large, origin), "filter": _too_large()}
    return {"mappers": [refused, *(_mapper(error, origin) for error in ERRORS)]}


def _too_large() -> dict[str, Any]:
    """The filter that authorizes has one status, 403, and no name for the rule of a route that refused. What it refuses
    of a known user, beyond what proxies buffer, is too large."""
    kind = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    refused = f"response.code_details.startsWith('rbac_access_denied') && '{IDENTITY_HEADER}' in request.headers"
    expression = f"{refused} && {larger_than(BUFFERED_MIB)}"
    name = "envoy.access_loggers.extension_filters.cel"
    return {"extension_filter": {"name": name, "typed_config": {"@type": kind, "expression": expression}}}


def _mapper(error: GatewayError, origin: str) -> dict[str, Any]:
    operator, status = ("EQ", error.status) if error.status else ("GE", 400)
    headers = {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": ",".join(EXPOSED_HEADERS),
        **({"retry-after": _SECONDS_LEFT} if error.status == HTTPStatus.TOO_MANY_REQUESTS else {}),
    }
    return {
        "filter": {
            "status_code_filter": {
                "comparison": {"op": operator, "value": {"default_value": status, "runtime_key": "naap.local_reply"}}
            }
        },
        "body_format_override": {"json_format": {"error": _body(error)}},
        "headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }


def _body(error: GatewayError) -> Mapping[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "status": "%RESPONSE_CODE%",
        "requestId": "%REQ(x-request-id)%",
    }
