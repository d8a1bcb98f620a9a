"""AWS's Signature Version 4, as a service checks it: in the header Authorization, or in a presigned address."""

import hashlib
import hmac
import time
from calendar import timegm
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW_SECONDS = 900
"""By which AWS lets a client's clock be wrong."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """An HTTP request. path, query: as sent, percent-encoded. headers: by lower-case name. body: its SHA-256."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a signature states. scope: day, region, service and the end of it; ends: of a presigned address."""

    key: str
    scope: str
    time: str
    names: tuple[str, ...]
    signature: str
    token: str
    ends: float

    @property
    def service(self) -> str:
        """Which it was made for."""
        return self.scope.split("/")[2]


class BadSignatureError(ValueError):
    """It says nothing that can be checked."""


def stated(call: Call) -> Signed | None:
    """The request's signature; None where it has none. Raises BadSignatureError."""
    query = dict(parse_qsl(call.query, keep_blank_values=True))
    header = call.headers.get("authorization", "")
    try:
        if header.startswith(ALGORITHM):
            pairs = header.removeprefix(ALGORITHM).split(",")
            parts = {name.strip(): value.strip() for name, _, value in (pair.partition("=") for pair in pairs)}
            key, _, scope = parts["Credential"].partition("/")
            when, names, signature = call.headers["x-amz-date"], parts["SignedHeaders"], parts["Signature"]
            token, seconds = call.headers.get("x-amz-security-token", ""), SKEW_SECONDS
        elif query.get("X-Amz-Algorithm") == ALGORITHM:
            key, _, scope = query["X-Amz-Credential"].partition("/")
            when, names, signature = query["X-Amz-Date"], query["X-Amz-SignedHeaders"], query["X-Amz-Signature"]
            token, seconds = query.get("X-Amz-Security-Token", ""), int(query["X-Amz-Expires"])
        else:
            return None
        begun = timegm(time.strptime(when, "%Y%m%dT%H%M%SZ"))
        _, _, _, _ = scope.split("/")
    except (KeyError, ValueError) as error:
        raise BadSignatureError(f"incomplete: {error}") from error
    return Signed(
        key=key,
        scope=scope,
        time=when,
        names=tuple(names.split(";")),
        signature=signature,
        token=token,
        ends=begun + seconds,
    )


def is_right(call: Call, signed: Signed, secret: str, now: float | None = None) -> bool:
    """Whether who signed had the secret, and the signature still counts."""
    if signed.ends < (now or time.time()):
        return False
    payload = call.headers.get("x-amz-content-sha256") or (UNSIGNED if "X-Amz-Signature=" in call.query else call.body)
    # A digest that is stated must be the body's; a stream's chunks are not checked one by one.
    if len(payload) == len(call.body) and payload != call.body:
        return False
    canonical = "\n".join(
        [
            call.method,
            quote(unquote(call.path), safe="/-._~"),
            _query(call.query),
            *(f"{name}:{' '.join(call.headers.get(name, '').split())}" for name in signed.names),
            "",
            ";".join(signed.names),
            payload,
        ]
    )
    text = "\n".join([ALGORITHM, signed.time, signed.scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.compare_digest(_key(secret, signed.scope.split("/"), text), signed.signature)


def _query(query: str) -> str:
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "X-Amz-Signature"]
    encoded = [(quote(name, safe="-._~"), quote(value, safe="-._~")) for name, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _key(secret: str, scope: Sequence[str], text: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
