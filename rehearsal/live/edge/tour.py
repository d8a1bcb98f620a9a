"""A user of the site, and three requests by which somebody sees what the gateway does."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from planning.plugin.plugin import PluginPlan
from rehearsal import RehearsalError
from rehearsal.control_plane.pki import write_private

REGISTER, SIGN_IN = "/api/v1/auth/register", "/api/v1/auth/login"
_SECONDS = 30
_MORE = 10
"""Requests above a limit that show it."""


@dataclass(frozen=True, kw_only=True)
class Tour:
    """url: of the site; authority: a client's file; token: file with a user's; path: of a plugin; limit: its own, of
    requests of a user in a minute."""

    url: str
    authority: Path
    token: Path
    path: str
    limit: int

    @property
    def lines(self) -> tuple[str, ...]:
        """For a shell: 401 without a token, 200 with one, 429 above the limit."""
        ask = f"curl -s --cacert {self.authority}"
        told = "-o /dev/null -w '%{http_code}\\n'"
        known = f'-H "Authorization: Bearer $(cat {self.token})"'
        many = f"'{self.url}{self.path}?[1-{self.limit + _MORE}]'"
        return (
            f"{ask} {told} {self.url}{self.path}",
            f"{ask} {told} {known} {self.url}{self.path}",
            f"{ask} {told} {known} {many} | sort | uniq -c",
        )


def register(url: str, authority: Path, token: Path) -> None:
    """Makes a user of the application, and keeps a token. Raises RehearsalError with what the site said.

    The example's base service hands a token to whom it registers. The application's own shell says that a letter is on
    its way, and lets in who signs in.
    """
    word = secrets.token_hex(8)
    known = {"email": f"tour-{word}@naap.example", "password": secrets.token_urlsafe(24)}
    for path, body in ((REGISTER, {**known, "displayName": "Tour"}), (SIGN_IN, known)):
        answer = _ask("POST", f"{url}{path}", authority, {"origin": url}, body)
        if not answer.ok:
            raise RehearsalError(f"{path} answered {answer.status_code}: {answer.text[:300].strip()}")
        found: Mapping[str, Any] = answer.json()
        # The site, where the path is its own, puts what it says into `data`.
        told = found.get("data", found)
        if "token" in told:
            return write_private(token, str(told["token"]).encode())
    raise RehearsalError(f"{SIGN_IN} answered {answer.status_code}, and no token among {', '.join(told)}")


def answers(tour: Tour) -> str:
    """What is wrong with a plugin's answer to its user; "": nothing. Raises RehearsalError."""
    known = {"authorization": f"Bearer {tour.token.read_text()}"}
    answer = _ask("GET", f"{tour.url}{tour.path}", tour.authority, known)
    return "" if answer.ok else f"{tour.path} answered {answer.status_code}: {answer.text[:200].strip()}"


def candidates(plugins: Iterable[PluginPlan]) -> list[tuple[int, str]]:
    """Limit and path of plugins that ask who somebody is; those that allow least first."""
    return sorted(
        (one.routes.limits.user_per_minute, f"{one.spec.backend.api_prefix}/")
        for one in plugins
        if one.routes and one.spec.backend and one.serves and not one.spec.core
    )


def _ask(
    method: str, url: str, authority: Path, headers: Mapping[str, str], body: Mapping[str, str] | None = None
) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False  # loopback: no proxy of the environment
        try:
            return session.request(method, url, json=body, headers=headers, verify=str(authority), timeout=_SECONDS)
        except requests.RequestException as error:
            raise RehearsalError(f"{url} can't be asked: {error}") from None


def as_lines(data: Mapping[str, Any]) -> list[str]:
    """For a person; what is copied is never cut."""
    lines = [f"{data['url']} (certificate: {data['authority']}); {data['edge']}"]
    lines += [f"no three requests to show: {data['failed']}"] if data["failed"] else []
    return [*lines, *(f"{status}: {line}" for status, line in data["ask"])]
