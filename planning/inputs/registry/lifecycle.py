"""The steps by which a plugin goes, the count that they wait for, and the release that it can go back to."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from planning.inputs.field_types import IMAGE_PATTERN, MAX_IMAGE, VERSION_PATTERN, Section


class Lifecycle(StrEnum):
    """The steps of retiring a plugin, in order; steps can't be skipped."""

    ACTIVE = "active"
    DRAINING = "draining"
    STOPPED = "stopped"
    ARCHIVED = "archived"

    @property
    def serves(self) -> bool:
        """Whether pods and routes exist: a draining plugin is still served, it only takes no new installs."""
        return self in (Lifecycle.ACTIVE, Lifecycle.DRAINING)


def _from_text(value: object) -> object:
    # YAML makes a date of 2026-01-31 by itself; a quoted one is the same date.
    if isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value


class Installs(Section):
    """How many installs the platform's API counted: the gate of stopping a plugin."""

    active: Annotated[int, Field(ge=0, description="Installs at the time of counting.", examples=[0])]
    counted: Annotated[
        dt.date,
        BeforeValidator(_from_text),
        Field(description="Day of counting (UTC); written by `naap plugin retire`.", examples=["2026-01-31"]),
    ]


class Previous(Section):
    """The release that the one stated took the place of: where a rollback goes. Nothing is planned from it."""

    version: Annotated[str, Field(pattern=VERSION_PATTERN, description="Its version.", examples=["1.0.0"])]
    image: Annotated[
        str | None,
        Field(
            pattern=IMAGE_PATTERN,
            max_length=MAX_IMAGE,
            description="Its image; none of a bundle alone.",
            examples=["ghcr.io/livepeer/naap-my-wallet:1.0.0@sha256:" + "0" * 64],
        ),
    ] = None
