"""What is known of one resource, and the random-looking parts of its identifiers."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.standins.values import UNKNOWN, Map, Value, has_unknown, is_map

ACCOUNT = "123456789012"  # AWS's account for documentation
PARTITION = "aws"


class NotKnownYet(Exception):  # noqa: N818  (not an error: the value comes later)
    """An ingredient is unknown until the update."""


class NotGiven(LookupError):  # noqa: N818  (reads better where it is raised)
    """An ingredient that the resource does not have."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One resource: what its outputs are made from. Inputs carry no secrets here."""

    type: str  # the token
    name: str  # the logical name
    seed: str  # what random-looking parts are made from; the same for as long as the resource lives
    region: str
    inputs: Map
    id: str = UNKNOWN
    others: Mapping[str, Map] = field(default_factory=dict[str, Any])  # resources seen in this run, by id or ARN

    def input(self, path: str, default: Value = None) -> Value:
        """An input by path; NotKnownYet where it is unknown."""
        value: Value = self.inputs
        for step in path.split("."):
            value = value.get(step) if is_map(value) else None
        if has_unknown(value):
            raise NotKnownYet(path)
        return default if value is None else value

    def hex(self, digits: int, salt: str = "") -> str:
        """Random-looking lower-case hexadecimal digits."""
        return hashlib.sha256(f"{self.type}|{self.seed}|{salt}".encode()).hexdigest()[:digits]

    def upper(self, length: int, salt: str = "") -> str:
        """Random-looking capitals and digits, as in CloudFront's and Route 53's ids."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        number = int(hashlib.sha512(f"{self.type}|{self.seed}|{salt}".encode()).hexdigest(), 16)
        text = ""
        for _ in range(length):
            number, index = divmod(number, len(alphabet))
            text += alphabet[index]
        return text

    def digits(self, length: int, salt: str = "") -> str:
        """Random-looking decimal digits."""
        return str(int(self.hex(48, salt), 16))[-length:]

    def uuid(self, salt: str = "") -> str:
        """A random-looking UUID."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.type}|{self.seed}|{salt}"))

    def time(self, salt: str = "") -> str:
        """A moment in 2026, the same for as long as the resource lives."""
        minutes = int(self.hex(8, salt), 16) % (24 * 60)
        return f"2026-01-15T{minutes // 60:02}:{minutes % 60:02}:00Z"

    def ipv4(self, salt: str = "") -> str:
        """A public address from the block for documentation (TEST-NET-3)."""
        return f"203.0.113.{int(self.hex(4, salt), 16) % 254 + 1}"

    def other(self, reference: Value, name: str, default: Value = None) -> Value:
        """An output of another resource, by its id or ARN, where this run has seen it."""
        return self.others.get(str(reference), {}).get(name, default)
