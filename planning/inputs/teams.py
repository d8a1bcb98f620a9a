"""The teams that deploy plugins of their own: from where each may come."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

TEAM_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"
"""Part of names in IAM, in Kubernetes and in GitHub."""


class Team(BaseModel):
    """A team's jobs in GitHub, by which its role knows it. Its plugins are those whose `owner` is its name."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    repository: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$",
            max_length=140,
            description="The repository whose workflows deploy, OWNER/NAME: the one that holds this project.",
        ),
    ]
