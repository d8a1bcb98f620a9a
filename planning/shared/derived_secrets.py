"""Passwords and peppers, derived from the one root secret of a stack."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_ROOT_LENGTH = 32
"""Characters: `openssl rand -base64 32` gives 44."""


def derive(root: str, *, owner: str, purpose: str, generation: int = 1, size: int = 32) -> str:
    """A secret of `size` random bytes as URL-safe text: the same for the same arguments, unrelated for any other.

    owner: the plugin or component it belongs to. Raising the generation rotates it.
    """
    info = "\x00".join(("naap/v1", owner, purpose, str(generation))).encode()
    key = HKDF(algorithm=hashes.SHA256(), length=size, salt=None, info=info).derive(root.encode())
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
