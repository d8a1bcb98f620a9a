"""Bodies of the gateway's own errors: JSON for developers and browsers, with an id to find the log line."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from planning.gateway.routes import EXPOSED_HEADERS, larger_than
from planning.gateway.sign_in import IDENTITY_HEADER, METADATA, NOBODY, UNKNOWN
from planning.inputs.registry.sections import BUFFERED_MIB


@dataclass(frozen=True, kw_only=True)
class GatewayError:
    """An answer. status: None for every other one from 400 on.

    user: what the sign-in program noted of a request that is refused; None: whatever it was. becomes: the status that
    is answered then, as proxies refuse with 403 only whom no rule of a route allows.
    """

    status: int | None
    code: str
    message: str
    user: str | None = None
    becomes: int | None = None


ERRORS = (
    GatewayError(
        status=403,
        user=NOBODY,
        becomes=401,
        code="unauthenticated",
        message="Sign in at PAGE, or send a valid token in the header `Authorization: Bearer TOKEN`.",
    ),
    GatewayError(
        status=403,
        user=UNKNOWN,
        becomes=503,
        code="sign_in_unavailable",
        message="Who you are can't be checked right now; try again.",
    ),
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


def local_replies(origin: str, page: str) -> dict[str, Any]:
    """Envoy's local_reply_config. It keeps headers, such as WWW-Authenticate.

    origin: the site, whose pages may read every such answer. Those of CORS are stated here too, as the controller makes
    a fixed answer, without a plugin's policies, of a route whose plugin has no pod. page: where people sign in.
    """
    too_large = next(error for error in ERRORS if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    refused = {"status_code": too_large.status, **_mapper(too_large, origin, page), "filter": _too_large()}
    return {"mappers": [refused, *(_mapper(error, origin, page) for error in ERRORS)]}


def _too_large() -> dict[str, Any]:
    """The filter that authorizes has one status, 403, and no name for the rule of a route that refused. What it refuses
    of a known user, beyond what proxies buffer, is too large."""
    kind = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    refused = f"response.code_details.startsWith('rbac_access_denied') && '{IDENTITY_HEADER}' in request.headers"
    expression = f"{refused} && {larger_than(BUFFERED_MIB)}"
    name = "envoy.access_loggers.extension_filters.cel"
    return {"extension_filter": {"name": name, "typed_config": {"@type": kind, "expression": expression}}}


def _mapper(error: GatewayError, origin: str, page: str) -> dict[str, Any]:
    status = error.becomes or error.status
    headers = {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": ",".join(EXPOSED_HEADERS),
        **({"retry-after": _SECONDS_LEFT} if status == HTTPStatus.TOO_MANY_REQUESTS else {}),
        **({"www-authenticate": f'Bearer realm="{page}"'} if status == HTTPStatus.UNAUTHORIZED else {}),
    }
    return {
        "filter": _filter(error),
        **({"status_code": error.becomes} if error.becomes else {}),
        "body_format_override": {"json_format": {"error": _body(error, page)}},
        "headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }


def _filter(error: GatewayError) -> dict[str, Any]:
    operator, status = ("EQ", error.status) if error.status else ("GE", 400)
    value = {"default_value": status, "runtime_key": "naap.local_reply"}
    found = {"status_code_filter": {"comparison": {"op": operator, "value": value}}}
    if error.user is None:
        return found
    noted = {"filter": METADATA, "path": [{"key": "user"}], "value": {"string_match": {"exact": error.user}}}
    metadata = {"metadata_filter": {"matcher": noted, "match_if_key_not_found": False}}
    return {"and_filter": {"filters": [found, metadata]}}


def _body(error: GatewayError, page: str) -> Mapping[str, Any]:
    unauthenticated = (error.becomes or error.status) == HTTPStatus.UNAUTHORIZED
    return {
        "code": error.code,
        "message": error.message.replace("PAGE", page),
        "status": "%RESPONSE_CODE%",
        "requestId": "%REQ(x-request-id)%",
        **({"signIn": page} if unauthenticated else {}),
    }
