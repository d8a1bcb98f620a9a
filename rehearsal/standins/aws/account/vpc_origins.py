"""VPC origins of CloudFront: none can change or go while a distribution uses it.

AWS's developer guide, "Restrict access with VPC origins": remove the origin from all distributions first. The error is
that of provider issue 40905. Tags change through another call, which is not refused.
"""

from __future__ import annotations

from rehearsal.standins.aws.account.account import Account
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, without_secrets

DISTRIBUTION, VPC_ORIGIN = "cloudfront/distribution", "cloudfront/vpcOrigin"
_TEXT = (
    "The specified VPC origin is currently associated with one or more distributions. Please disassociate the VPC "
    "origin from all distributions before updating or deleting."
)


def note_origins(account: Account, urn: str, distribution: Map) -> None:
    """Note which VPC origins a distribution uses."""
    origins: list[Map] = without_secrets(distribution.get("origins")) or []
    settings: list[Map] = [origin.get("vpcOriginConfig") or {} for origin in origins]
    account.use(urn, [str(one["vpcOriginId"]) for one in settings if one.get("vpcOriginId")])


def refuse_new_endpoint(account: Account, identity: str, old: Map, new: Map) -> None:
    """Raise ProviderError for another endpoint of an origin that is in use."""
    if old.get("vpcOriginEndpointConfig") != new.get("vpcOriginEndpointConfig"):
        _refuse(account, identity, "updating", "CannotUpdateEntityWhileInUse")


def refuse_removal(account: Account, identity: str) -> None:
    """Raise ProviderError for the deletion of an origin that is in use."""
    _refuse(account, identity, "deleting", "CannotDeleteEntityWhileInUse")


def _refuse(account: Account, identity: str, doing: str, code: str) -> None:
    users = account.users(identity)
    if users:
        names = ", ".join(urn.rpartition("::")[2] for urn in users)
        raise ProviderError(f"{doing} {VPC_ORIGIN} ({identity}): {code}: {_TEXT} (in use by {names})")
