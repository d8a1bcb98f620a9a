"""SCRAM-SHA-256 verifiers (RFC 5803, RFC 7677): what PostgreSQL stores instead of a password."""

import base64
import hashlib
import hmac

from planning.shared.derived_secrets import derive

ITERATIONS = 4096
"""The least that RFC 7677 allows. More would only slow logins down: the passwords are 256 random bits."""

_SALT_BYTES = 16


def scram_verifier(password: str, *, salt: bytes, iterations: int = ITERATIONS) -> str:
    """The text that `ALTER ROLE ... PASSWORD` takes as it is, so that no server ever sees the password.

    password: ASCII (derived passwords are), for which SASLprep changes nothing.
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def derived_verifier(root: str, *, owner: str, purpose: str, generation: int) -> str:
    """Verifier of the password that `derive` gives for the same arguments; the salt is derived too, so that the
    verifier is the same in every run."""
    password = derive(root, owner=owner, purpose=purpose, generation=generation)
    salt = derive(root, owner=owner, purpose=f"{purpose}-salt", generation=generation, size=_SALT_BYTES)
    return scram_verifier(password, salt=base64.urlsafe_b64decode(salt + "=="))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
