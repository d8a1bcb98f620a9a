"""The border to boto3: clients with time-outs, and what its errors mean: no answer has a reason, and is no error."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

import boto3  # pyright: ignore[reportMissingTypeStubs]  # ships no types: all that is used of it is in Client
import botocore.session  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore import exceptions  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]  # as above

from doctor.finding import Unanswered

CONNECT_SECONDS = 3
READ_SECONDS = 8
ATTEMPTS = 2
"""Of a request: the second one is for who was asked too often."""

NO_CREDENTIALS = "no credentials"
_LOG_IN = "log in to the account (aws sso login, AWS_PROFILE), and run it again"
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_REFUSED = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "AuthFailure",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_ABSENT = frozenset({"NoSuchHostedZone", "NoSuchResourceException", "ResourceNotFoundException"})

Answer = TypeVar("Answer")


class Client(Protocol):
    """A client of boto3: an operation a method, answers as mappings."""

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]: ...


Clients = Callable[[str, str], Client]
"""The client of a service in a region."""


def aws_clients() -> Clients:
    """Of the credentials that the AWS CLI would take."""
    made: dict[tuple[str, str], Client] = {}
    session: list[Any] = []
    lock = Lock()  # clients may be used by several threads, and made by one only

    def client(service: str, region: str) -> Client:
        with lock:
            if not session:
                session.append(_session())
            if (service, region) not in made:
                made[service, region] = session[0].client(service, region_name=region)
            return made[service, region]

    return client


def _session() -> Any:
    """Made at the first question, which answers where AWS_PROFILE names nothing."""
    core = cast("Any", botocore.session).get_session()
    # Set on the session, so that it also holds for those who fetch the credentials.
    core.set_default_client_config(
        Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
    )
    return cast("Any", boto3).Session(botocore_session=core)


def answered_or_absent(ask: Callable[[], Answer]) -> Answer | Unanswered | None:
    """As `answered`; None where AWS says that there is no such thing."""

    def without() -> Answer | None:
        try:
            return ask()
        except exceptions.ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise

    return answered(without)


def answered(ask: Callable[[], Answer]) -> Answer | Unanswered:  # noqa: PLR0911  # one return for each kind of failure
    """What AWS answers, or why it doesn't."""
    try:
        return ask()
    except exceptions.ClientError as error:
        return _refused(_code(error))
    except (exceptions.SSOError, exceptions.TokenRetrievalError):
        return Unanswered(reason="expired credentials", fix=_LOG_IN)
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.ProfileNotFound):
        return Unanswered(reason=NO_CREDENTIALS, fix=_LOG_IN)
    except exceptions.CredentialRetrievalError:
        return Unanswered(reason="credentials can't be fetched", fix=_LOG_IN)
    except (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError):
        return Unanswered(reason="timed out", fix="run it again, from where AWS can be reached")
    except (exceptions.ConnectionError, exceptions.HTTPClientError):
        return Unanswered(reason="not reached", fix="run it again, from where AWS can be reached")
    except exceptions.BotoCoreError as error:
        return Unanswered(reason=type(error).__name__, fix="see what the AWS CLI says of the same credentials")


def _refused(code: str) -> Unanswered:
    if code in _EXPIRED:
        return Unanswered(reason="expired credentials", fix=_LOG_IN)
    if code in _REFUSED:
        return Unanswered(reason="credentials that AWS doesn't know", fix=_LOG_IN)
    if code in _DENIED:
        return Unanswered(reason="access denied", fix="ask with a role that may read it (docs/operations.md)")
    return Unanswered(reason=code, fix="run it again")


def _code(error: Exception) -> str:
    return str(cast("Any", error).response.get("Error", {}).get("Code", "refused"))
