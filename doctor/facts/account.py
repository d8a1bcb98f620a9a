"""The AWS account, asked through boto3. No answer is no error: it has a reason.

Needs of the caller: route53:GetHostedZone, servicequotas:GetServiceQuota and GetAWSDefaultServiceQuota,
ce:ListCostAllocationTags, eks:DescribeCluster; sts:GetCallerIdentity is everybody's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

import boto3  # pyright: ignore[reportMissingTypeStubs]  # ships no types: all that is used of it is in Client
import botocore.session  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore import exceptions  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]  # as above

from doctor.finding import Unanswered
from planning.shared.regions import CDN_REGION

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


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as STS names it."""

    account: str
    arn: str


@dataclass(frozen=True, kw_only=True)
class HostedZone:
    """A zone of Route 53. name: without the dot at its end. servers: those that answer for it."""

    name: str
    servers: tuple[str, ...]
    private: bool


@dataclass(frozen=True, kw_only=True)
class ClusterEndpoint:
    """Where a cluster's Kubernetes API is. public: reachable from outside of its network, from stated places."""

    url: str
    public: bool


class Account:
    """Questions to an account. None: AWS has no such thing."""

    def __init__(self, clients: Clients | None = None) -> None:
        self._clients = clients or _clients()

    def caller(self, region: str) -> Caller | Unanswered:
        """Who the credentials belong to."""

        def ask() -> Caller:
            found = self._clients("sts", region).get_caller_identity()
            return Caller(account=found["Account"], arn=found["Arn"])

        return answered(ask)

    def zone(self, zone_id: str) -> HostedZone | Unanswered | None:
        """A hosted zone by its id."""

        def ask() -> HostedZone:
            found = self._clients("route53", CDN_REGION).get_hosted_zone(Id=zone_id)
            zone = found["HostedZone"]
            return HostedZone(
                name=zone["Name"].rstrip("."),
                servers=tuple(sorted(found.get("DelegationSet", {}).get("NameServers", ()))),
                private=bool(zone.get("Config", {}).get("PrivateZone")),
            )

        return _or_absent(ask)

    def quota(self, service: str, code: str, region: str) -> float | Unanswered | None:
        """The account's own limit; where none was ever set for it, AWS's default."""

        def ask(operation: str) -> float:
            client = self._clients("service-quotas", region)
            return float(getattr(client, operation)(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])

        own = _or_absent(lambda: ask("get_service_quota"))
        return own if own is not None else _or_absent(lambda: ask("get_aws_default_service_quota"))

    def cost_tag(self, key: str) -> str | Unanswered | None:
        """Active or Inactive; None: Cost Explorer hasn't seen the tag."""

        def ask() -> str | None:
            found = self._clients("ce", CDN_REGION).list_cost_allocation_tags(Type="UserDefined", TagKeys=[key])
            return next((tag["Status"] for tag in found["CostAllocationTags"] if tag["TagKey"] == key), None)

        return answered(ask)

    def cluster(self, name: str, region: str) -> ClusterEndpoint | Unanswered | None:
        """A cluster's endpoint; None also while AWS still makes it."""

        def ask() -> ClusterEndpoint | None:
            found = self._clients("eks", region).describe_cluster(name=name)["cluster"]
            if "endpoint" not in found:
                return None
            public = bool(found.get("resourcesVpcConfig", {}).get("endpointPublicAccess"))
            return ClusterEndpoint(url=found["endpoint"], public=public)

        return _or_absent(ask)


def _clients() -> Clients:
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


def _or_absent(ask: Callable[[], Answer]) -> Answer | Unanswered | None:
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
    except exceptions.HTTPClientError:
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
