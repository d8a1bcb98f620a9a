"""Credentials of a role's sessions: made and recognised without a list of them, so that a restart forgets none."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass

SECONDS = 6 * 3600
"""Of EKS Pod Identity's credentials."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a client signs with. ends: in seconds since 1970."""

    key: str
    secret: str
    token: str
    ends: float


@dataclass(frozen=True, kw_only=True)
class Session:
    """Who a client is, once its signature is right."""

    role: str
    secret: str


class Sessions:
    """root: what they are made of; whoever has it can be anybody."""

    def __init__(self, root: bytes) -> None:
        self._root = root

    def begin(self, role: str, now: float | None = None) -> Credentials:
        """Credentials of a role."""
        key, ends = f"ASIA{secrets.token_hex(8).upper()}", (now or time.time()) + SECONDS
        text = base64.urlsafe_b64encode(json.dumps([key, role, ends]).encode()).decode()
        return Credentials(key=key, secret=self._secret(key), token=f"{text}.{self._sealed(text)}", ends=ends)

    def session(self, key: str, token: str) -> Session | None:
        """Whose they are; None where they were never made here, or have ended."""
        text, _, seal = token.partition(".")
        if not hmac.compare_digest(seal.encode(), self._sealed(text).encode()):
            return None
        stated, role, ends = json.loads(base64.urlsafe_b64decode(text))
        return Session(role=role, secret=self._secret(key)) if stated == key and ends > time.time() else None

    def word(self, purpose: str) -> str:
        """A secret for something else."""
        return self._hash(f"word {purpose}")

    def _secret(self, key: str) -> str:
        return self._hash(f"secret {key}")[:40]

    def _sealed(self, text: str) -> str:
        return self._hash(f"token {text}")

    def _hash(self, text: str) -> str:
        return hmac.new(self._root, text.encode(), hashlib.sha256).hexdigest()
