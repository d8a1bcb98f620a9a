"""Series, asked of an API of Prometheus: one's own, or a workspace of Amazon's, which wants requests signed."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Never, cast
from urllib.parse import urlencode, urlsplit

import boto3  # pyright: ignore[reportMissingTypeStubs]  # ships no types
import requests
from botocore.auth import SigV4Auth  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore.awsrequest import AWSRequest  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore.exceptions import BotoCoreError  # pyright: ignore[reportMissingTypeStubs]  # as above

from planning.inputs.problem import refusal

TIMEOUT_SECONDS = (5, 20)
AT_ONCE = 4
_AMAZON = re.compile(r"^aps-workspaces(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    """url: what `api/v1/query` is below, such as an endpoint of `pulumi stack output prometheus`."""

    url: str

    def numbers(self, queries: Mapping[str, str]) -> Mapping[str, float | None]:
        """The one number that each query gives, by the query's name; None: no series. Raises InvalidInputError."""
        self._check_url()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(queries, pool.map(self._number, queries.values()), strict=True))

    def _number(self, query: str) -> float | None:
        where = f"{self.url.rstrip('/')}/api/v1/query"
        body = urlencode({"query": query}).encode()
        try:
            headers = self.signed(where, body)
            answer = requests.post(where, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            return _one(answer.json()) if answer.ok else self._refuse(f"HTTP {answer.status_code}")
        except BotoCoreError as error:
            return self._refuse(str(error), fix="log in to the account (aws sso login, AWS_PROFILE)")
        except (requests.exceptions.RequestException, ValueError, LookupError, TypeError) as error:
            return self._refuse(type(error).__name__)

    def signed(self, where: str, body: bytes) -> Mapping[str, str]:
        """Headers of a request, with the signature that a workspace of Amazon's wants."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        region = _region(self.url)
        if region is None:
            return headers
        credentials = cast("Any", boto3).Session().get_credentials()
        if credentials is None:
            self._refuse("no AWS credentials", fix="log in to the account (aws sso login, AWS_PROFILE)")
        request = cast("Any", AWSRequest)(method="POST", url=where, data=body, headers=headers)
        cast("Any", SigV4Auth)(credentials.get_frozen_credentials(), "aps", region).add_auth(request)
        return dict(request.headers)

    def _check_url(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, credentials = parts.hostname, parts.username or parts.password
        except ValueError:
            host, credentials, parts = None, None, urlsplit("")
        if credentials or parts.query or not host or parts.scheme not in ("http", "https"):
            self._refuse("no plain http(s) address", fix="such as http://127.0.0.1:9090")
        if parts.scheme == "http" and host not in _LOOPBACK:
            self._refuse("what decides over a release is asked by https, or on this machine", fix="https://...")

    def _refuse(self, value: str, fix: str = "check the address, and that its role may aps:QueryMetrics") -> Never:
        rule = "series are asked of an API of Prometheus, which answers"
        raise refusal(entry="--prometheus", value=value, rule=rule, fix=fix)


def _region(url: str) -> str | None:
    """Of a workspace of Amazon's; None: another's, which is asked as it is."""
    found = _AMAZON.match(urlsplit(url).hostname or "")
    return found[2] if found else None


def _one(document: Any) -> float | None:
    """Of an instant vector with one sample at most."""
    result: list[Any] = document["data"]["result"]
    return float(result[0]["value"][1]) if result else None
