"""The AWS account: what it is asked, and as what it answers.

Needs of the caller: route53:GetHostedZone, servicequotas:GetServiceQuota and GetAWSDefaultServiceQuota,
ce:ListCostAllocationTags, eks:DescribeCluster; for images in ECR ecr:GetAuthorizationToken and ecr:BatchGetImage.
sts:GetCallerIdentity is everybody's.
"""

import re
from base64 import b64decode
from dataclasses import dataclass

from doctor.facts.aws import Clients, answered, answered_or_absent, aws_clients
from doctor.facts.image_registry import Login
from doctor.finding import Unanswered
from planning.shared.regions import CDN_REGION

_ECR = re.compile(r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")


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
        self._clients = clients or aws_clients()

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

        return answered_or_absent(ask)

    def quota(self, service: str, code: str, region: str) -> float | Unanswered | None:
        """The account's own limit; where none was ever set for it, AWS's default."""

        def ask(operation: str) -> float:
            client = self._clients("service-quotas", region)
            return float(getattr(client, operation)(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])

        own = answered_or_absent(lambda: ask("get_service_quota"))
        return own if own is not None else answered_or_absent(lambda: ask("get_aws_default_service_quota"))

    def cost_tag(self, key: str) -> str | Unanswered | None:
        """Active or Inactive; None: Cost Explorer hasn't seen the tag."""

        def ask() -> str | None:
            found = self._clients("ce", CDN_REGION).list_cost_allocation_tags(Type="UserDefined", TagKeys=[key])
            return next((tag["Status"] for tag in found["CostAllocationTags"] if tag["TagKey"] == key), None)

        return answered(ask)

    def image_login(self, registry: str) -> Login | Unanswered | None:
        """To a registry of ECR, by its host; None: it is none of ECR's."""
        place = _ECR.fullmatch(registry)
        if place is None:
            return None

        def ask() -> Login:
            found = self._clients("ecr", place[1]).get_authorization_token()
            user, _, password = b64decode(found["authorizationData"][0]["authorizationToken"]).decode().partition(":")
            return user, password

        return answered(ask)

    def cluster(self, name: str, region: str) -> ClusterEndpoint | Unanswered | None:
        """A cluster's endpoint; None also while AWS still makes it."""

        def ask() -> ClusterEndpoint | None:
            found = self._clients("eks", region).describe_cluster(name=name)["cluster"]
            if "endpoint" not in found:
                return None
            public = bool(found.get("resourcesVpcConfig", {}).get("endpointPublicAccess"))
            return ClusterEndpoint(url=found["endpoint"], public=public)

        return answered_or_absent(ask)
