"""How the platform tells who asks: which service knows its tokens, and how its answer is read."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from planning.inputs.field_types import NAME_PATTERN, PATH_PATTERN
from planning.inputs.text_values import plain_number

SIGN_IN_SERVICE = "base-svc"

_TOKEN_NAME = r"^[A-Za-z0-9_-]{1,64}$"  # noqa: S105  # a pattern for names


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
    keep_seconds: Annotated[
        int,
        Field(
            ge=0, le=60, description="How long a proxy believes an answer: a token that is taken back lives so long."
        ),
    ] = 10
    page: Annotated[
        str, Field(pattern=PATH_PATTERN, max_length=128, description="Page of the site where people sign in.")
    ] = "/login"

    _number = field_validator("keep_seconds", mode="before")(plain_number)
