"""The real engine, for what only it can tell."""

from tests.standins.conftest import sandbox

__all__ = ["sandbox"]
