"""A preview environment, as the configuration of its own stack states it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from planning.inputs.field_types import NAME_PATTERN

PREVIEW_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
MAX_PREVIEW_NAME = 12
"""Characters: the names of its plugins begin with it."""


class Preview(BaseModel):
    """name: of the environment; of: the stack on whose cluster and database it stands.

    gone: shard by plugin, of an environment that ends: its schemas are dropped, and nothing of it runs any more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    name: Annotated[
        str, Field(pattern=PREVIEW_PATTERN, max_length=MAX_PREVIEW_NAME, description="Name of the environment: pr-12.")
    ]
    of: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", description="Stack on which it stands.")]
    plugins: Annotated[
        tuple[Annotated[str, Field(pattern=NAME_PATTERN)], ...],
        Field(min_length=1, max_length=8, description="Entries of the registry that it has copies of."),
    ]
    until: Annotated[datetime, Field(description="When it may be removed, as 2026-12-02T06:00:00+00:00.")]
    gone: Annotated[
        Mapping[str, Annotated[int, Field(ge=0, le=999)]] | None,
        Field(description="Shards of its schemas by plugin, once it ends; `naap env end` writes it."),
    ] = None

    @model_validator(mode="after")
    def _own(self) -> "Preview":
        """What is dropped is the environment's own, whoever wrote it here."""
        if strangers := [name for name in self.gone or {} if not name.startswith(f"{self.name}-")]:
            raise ValueError(f"{', '.join(strangers)}: not of the environment {self.name}")
        if self.until.tzinfo is None:
            raise ValueError(f"{self.until}: without its offset from UTC")
        return self
