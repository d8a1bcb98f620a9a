"""Registries of images, asked by the OCI distribution API: which platforms an image is made for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests
from urllib3.exceptions import ProtocolError

from doctor.finding import Unanswered

TIMEOUT = (3, 8)
"""Seconds to connect, and to wait for bytes."""
_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_HUB = "registry-1.docker.io"
"""Where docker.io answers."""
_HERE = re.compile(r"(localhost|127\.0\.0\.1)(:\d+)?")
"""Registries without TLS, as Docker itself takes them."""
_FIELD = re.compile(r'(\w+)="([^"]*)"')
_PRIVATE = Unanswered(
    reason="private",
    fix="docker buildx imagetools inspect IMAGE, after docker login: linux/arm64 must be among its platforms, or what "
    "its entry states as arch",
)
_ELSEWHERE = "run it again, from where the registry can be reached"
_NOT_THERE = 404
_MAY_NOT = (401, 403)


Login = tuple[str, str]
"""User and password."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An image by registry (host and port), repository, and its digest or else its tag."""

    registry: str
    repository: str
    version: str

    @classmethod
    def of(cls, image: str) -> "Reference":
        """As container runtimes read it: without a host, it is Docker Hub's."""
        named, _, digest = image.partition("@")
        start, slash, last = named.rpartition("/")
        last, _, tag = last.partition(":")
        host, _, rest = f"{start}{slash}{last}".partition("/")
        if not rest or not ({".", ":"} & set(host) or host == "localhost"):
            host, rest = "docker.io", f"{start}{slash}{last}" if slash else f"library/{last}"
        return cls(registry=_HUB if host == "docker.io" else host, repository=rest, version=digest or tag or "latest")

    @property
    def url(self) -> str:
        """Below which the registry has manifests and blobs."""
        scheme = "http" if _HERE.fullmatch(self.registry) else "https"
        return f"{scheme}://{self.registry}/v2/{self.repository}"


class ImageRegistry:
    """Asks as anybody may, or with what an account lets in. None: the registry has no such image.

    A registry that isn't reached is asked for no further image: a thousand would wait for it, one after the other.
    """

    def __init__(self) -> None:
        self._not_reached: dict[str, Unanswered] = {}

    def platforms(self, image: str, login: Login | None = None) -> frozenset[str] | Unanswered | None:
        """What it is made for, as linux/arm64. login: to its registry."""
        reference = Reference.of(image)
        return self._not_reached.get(reference.registry) or self._asked(reference, login)

    def _asked(self, reference: Reference, login: Login | None) -> frozenset[str] | Unanswered | None:
        try:
            with requests.Session() as session:
                session.auth = login
                return _platforms(session, reference)
        except requests.ConnectionError as error:
            reason = "timed out" if isinstance(error, requests.Timeout) else "not reached"
            said = Unanswered(reason=reason, fix=_ELSEWHERE)
            if not isinstance(error.args[0], ProtocolError):  # a connection that was cut: the registry is there
                self._not_reached[reference.registry] = said
            return said
        except requests.Timeout:
            return Unanswered(reason="timed out", fix=_ELSEWHERE)
        except (requests.RequestException, ValueError, KeyError, TypeError):
            return Unanswered(
                reason="an answer that is none", fix=f"see what {reference.registry} answers to docker pull"
            )


def _platforms(session: requests.Session, reference: Reference) -> frozenset[str] | Unanswered | None:
    said = _get(session, f"{reference.url}/manifests/{reference.version}")
    if said.status_code == _NOT_THERE:
        return None
    if said.status_code in _MAY_NOT:
        return _PRIVATE
    if not said.ok:
        return Unanswered(reason=f"HTTP {said.status_code}", fix="run it again")
    manifest = cast("Mapping[str, Any]", said.json())
    if "manifests" in manifest:
        return frozenset(_platform(one["platform"]) for one in manifest["manifests"] if "platform" in one)
    config = _get(session, f"{reference.url}/blobs/{manifest['config']['digest']}")
    config.raise_for_status()
    return frozenset({_platform(config.json())})


def _platform(of: Mapping[str, Any]) -> str:
    return f"{of['os']}/{of['architecture']}"


def _get(session: requests.Session, url: str) -> requests.Response:
    said = session.get(url, headers={"Accept": _ACCEPT}, timeout=TIMEOUT)
    challenge = said.headers.get("WWW-Authenticate", "")
    if said.status_code not in _MAY_NOT or not challenge.lower().startswith("bearer "):
        return said
    # Also public images take a token, which everybody is given.
    fields = dict(_FIELD.findall(challenge))
    asked = {name: fields[name] for name in ("service", "scope") if name in fields}
    given = session.get(fields["realm"], params=asked, timeout=TIMEOUT)
    if not given.ok:
        return said
    token: Mapping[str, Any] = given.json()
    session.headers["Authorization"] = f"Bearer {token.get('token') or token['access_token']}"
    return session.get(url, headers={"Accept": _ACCEPT}, timeout=TIMEOUT)
