"""Passwords and peppers, derived from the one root secret of a stack."""

import base64
from enum import StrEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_ROOT_LENGTH = 32
"""Characters: `openssl rand -base64 32` gives 44."""


class Purpose(StrEnum):
    """What a derived secret is for, within its owner. Those that an entry names (`derived`) are their own purpose.

    ADMINISTRATOR is followed by a shard's number.
    """

    ADMINISTRATOR = "administrator"
    OWNER_LOGIN = "database-owner"
    APP_LOGIN = "database-app"
    READER_LOGIN = "database-ro"
    POOLER_LOGIN = "database-auth"
    POOLER_METRICS = "metrics"
    CACHE_USER = "cache"
    CACHE_DEFAULT_USER = "default-user"
    CHECKSUM = "checksum"


def derive(root: str, *, owner: str, purpose: str, generation: int = 1, size: int = 32) -> str:
    """A secret of `size` random bytes as URL-safe text: the same for the same arguments, unrelated for any other.

    owner: the plugin or component it belongs to. Raising the generation rotates it.
    """
    info = "\x00".join(("naap/v1", owner, purpose, str(generation))).encode()
    key = HKDF(algorithm=hashes.SHA256(), length=size, salt=None, info=info).derive(root.encode())
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
