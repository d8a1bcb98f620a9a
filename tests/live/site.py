"""The site, as a client of this machine sees it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import requests

from rehearsal.live.edge.tour import register
from tests.live.conftest import LiveStack
from tests.wait import wait_for

_SECONDS = 10


class Site:
    """Signed in as a user of its own, whose token is kept in the folder."""

    def __init__(self, live: LiveStack, folder: Path) -> None:
        if live.site["failed"]:
            pytest.fail(f"nobody can sign up: {live.site['failed']}")
        self.url, self.lines = str(live.site["url"]), dict(live.site["ask"])
        self._session = requests.Session()
        self._session.trust_env, self._session.verify = False, str(live.site["authority"])
        token = folder / "token"
        wait_for("somebody to sign up", lambda: _registered(self.url, Path(live.site["authority"]), token), every=2)
        self.signed_in = {"authorization": f"Bearer {token.read_text()}"}

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """An answer, whatever it is."""
        return self._session.get(f"{self.url}{path}", headers=headers, timeout=_SECONDS)


def _registered(url: str, authority: Path, token: Path) -> bool:
    register(url, authority, token)
    return True
