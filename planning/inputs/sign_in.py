"""How the platform tells who asks: which service knows its tokens, and how its answer is read."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from planning.inputs.field_types import NAME_PATTERN, PATH_PATTERN
from planning.inputs.text_values import plain_number

SIGN_IN_SERVICE = "base-svc"

_TOKEN_NAME = r"^[A-Za-z0-9_-]{1,64}$"  # noqa: S105  # a pattern for names

TOKEN_PATTERN = r"^\[([A-Za-z0-9._~+/=-]+)\]\{([1-9][0-9]{0,3})\}$"  # noqa: S105  # a pattern of patterns
"""A pattern of one class of letters, and how many of them a token has."""


class SignIn(BaseModel):
    """The service that issued a token says whose it is: `GET PATH` with `Authorization: Bearer TOKEN`.

    200 with the user in its JSON: a good token; 401 or 403: none; whatever else: it can't be told, and who needs to be
    known is refused. Defaults are what base-svc has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    service: Annotated[str, Field(pattern=NAME_PATTERN, description="Entry of the registry that knows the tokens.")] = (
        SIGN_IN_SERVICE
    )
    path: Annotated[
        str, Field(pattern=PATH_PATTERN, max_length=128, description="What it is asked, as its pods know the path.")
    ] = "/api/v1/auth/me"
    method: Annotated[str, Field(pattern="^(GET|POST)$", description="By which it is asked: GET or POST.")] = "GET"
    identity: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,7}$",
            description="Where the user's id stands in its answer: names of a JSON object's fields, with dots between.",
        ),
    ] = "user.id"
    cookie: Annotated[str, Field(pattern=_TOKEN_NAME, description="Cookie in which browsers keep the token.")] = (
        "naap_auth_token"
    )
    parameter: Annotated[
        str, Field(pattern=_TOKEN_NAME, description="Of a WebSocket's query, where the token may stand instead.")
    ] = "token"
    token: Annotated[
        str,
        Field(
            pattern=TOKEN_PATTERN,
            description="What a token looks like, as a pattern of letters and their number: whatever else is nobody's, "
            "and the service isn't asked.",
        ),
    ] = "[0-9a-f]{64}"  # noqa: S105  # a pattern
    keep_seconds: Annotated[
        int,
        Field(
            ge=0, le=60, description="How long a proxy believes an answer: a token that is taken back lives so long."
        ),
    ] = 10
    page: Annotated[
        str, Field(pattern=PATH_PATTERN, max_length=128, description="Page of the site where people sign in.")
    ] = "/login"

    @property
    def token_letters(self) -> tuple[str, int]:
        """The letters of a token, as in a class of a pattern, and how many it has."""
        letters, _, count = self.token.removeprefix("[").removesuffix("}").partition("]{")
        return letters, int(count)

    _number = field_validator("keep_seconds", mode="before")(plain_number)
