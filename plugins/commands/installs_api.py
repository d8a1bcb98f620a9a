"""How many installs of a plugin there are, asked of the platform's API."""

import json
import os
import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from planning.inputs.problem import InvalidInputError, refusal
from plugins.registry.secret_values import shown

PATH = "/api/v1/deployments/package/{name}"
"""base-svc counts installs per deployment, reference-counted; a plugin that nobody ever installed has none."""
NEVER_INSTALLED = "Deployment not found"
TOKEN_VARIABLE = "NAAP_TOKEN"  # noqa: S105  # the name of the variable, not its value
TIMEOUT_SECONDS = (5, 10)
"""To connect, and between two packets of the answer."""
RETRIES = 3
MAX_ANSWER = 1_000_000
_DASH = re.compile(r"-([a-z])")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def package_name(entry: str) -> str:
    """An entry's name as the application's tables have it: my-wallet is myWallet (packages/database/src/
    plugin-discovery.ts:21)."""
    return _DASH.sub(lambda found: found[1].upper(), entry)


@dataclass(frozen=True, kw_only=True)
class InstallsApi:
    """The platform's API. url: without path, such as https://naap.example; token: a bearer token or None."""

    url: str
    token: str | None = None
    backoff_seconds: float = 0.5

    @staticmethod
    def from_environment(url: str) -> "InstallsApi":
        """The API at this address, with the token of the environment variable NAAP_TOKEN where it is set.

        A token has no place in a command's arguments, which every user of the machine can read.
        """
        return InstallsApi(url=url.rstrip("/"), token=os.environ.get(TOKEN_VARIABLE) or None)

    def count(self, name: str) -> int:
        """Active installs of a plugin. Raises InvalidInputError where no trustworthy number can be had."""
        self._check_url()
        where = f"{self.url}{PATH.format(name=package_name(name))}"
        try:
            with self._session() as session, session.get(where, **self._options()) as answer:
                body = answer.raw.read(MAX_ANSWER, decode_content=True)
                return self._count(answer.status_code, body, where)
        except requests.exceptions.RetryError:
            raise self._problem(where, f"no good answer in {RETRIES + 1} tries", "try again later") from None
        except requests.exceptions.SSLError as error:
            raise self._problem(where, _cause(error), "check the address and its certificate") from None
        except requests.exceptions.Timeout:
            raise self._problem(where, f"no answer in time, {RETRIES + 1} tries", "check that the API is up") from None
        except (requests.exceptions.RequestException, OSError, UnicodeError, ValueError) as error:
            raise self._problem(where, _cause(error), "check the address and that the API is up") from None

    def _count(self, status: int, body: bytes, where: str) -> int:
        document = _document(body)
        if status == requests.codes.not_found and document.get("error") == NEVER_INSTALLED:
            return 0
        if status in (requests.codes.unauthorized, requests.codes.forbidden):
            fix = f"export {TOKEN_VARIABLE} with the token of an administrator"
            raise self._problem(where, f"HTTP {status}", fix)  # a function of this class in all but name
        if status != requests.codes.ok:
            raise self._problem(where, f"HTTP {status}", "is this the platform's API?")  # as above
        deployment = document.get("deployment")
        active = cast("dict[str, Any]", deployment).get("activeInstalls") if isinstance(deployment, dict) else None
        if not isinstance(active, int) or isinstance(active, bool) or active < 0:
            text = "the answer has no deployment.activeInstalls"
            raise self._problem(where, text, "is this the platform's API?")  # as above
        return active

    def _check_url(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, credentials = parts.hostname, parts.username or parts.password
        except ValueError:
            raise self._problem("(not shown)", "no address", "such as https://naap.example") from None
        if parts.scheme not in ("http", "https") or not host or credentials or parts.query or parts.fragment:
            raise self._problem(
                "(not shown)" if credentials else self.url, "no plain http(s) address", "such as https://naap.example"
            )
        if self.token and parts.scheme == "http" and host not in _LOOPBACK:
            raise self._problem(self.url, "a token is never sent in the clear", "use https")

    def _options(self) -> dict[str, Any]:
        headers = {"Accept": "application/json", "User-Agent": "naap-plugins"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        # Redirects could carry the token elsewhere; the API has none. The environment's .netrc is not asked either.
        return {"headers": headers, "timeout": TIMEOUT_SECONDS, "allow_redirects": False, "stream": True}

    def _session(self) -> requests.Session:
        retry = Retry(
            total=RETRIES,
            backoff_factor=self.backoff_seconds,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            respect_retry_after_header=False,
        )
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session

    def _problem(self, where: str, value: str, fix: str) -> InvalidInputError:
        rule = "the platform's API says how many installs there are before a plugin takes a step towards its end"
        return refusal(entry=shown(where), value=value, rule=rule, fix=fix)


def _document(body: bytes) -> dict[str, Any]:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _cause(error: BaseException) -> str:
    """The innermost reason, without the objects that libraries wrap it in."""
    text = re.sub(r"<[^<>]*>:? ?", "", str(error))
    found = re.search(
        r"(Connection refused|Name or service not known|certificate[^()'\"]*|timed out|[Ii]nvalid[^()'\"]*)", text
    )
    return shown(found[1].strip() if found else type(error).__name__)
