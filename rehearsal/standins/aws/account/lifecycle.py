"""A resource's life in the account: what AWS notes of it, and what it refuses because of other resources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from rehearsal.standins.aws.account.account import Account, Holder
from rehearsal.standins.aws.account.database_work import modified, source_of, work_at
from rehearsal.standins.aws.account.eks_support import refuse_leaving_support
from rehearsal.standins.aws.account.held_names import HeldNames
from rehearsal.standins.aws.account.vpc_origins import (
    DISTRIBUTION,
    VPC_ORIGIN,
    note_origins,
    refuse_new_endpoint,
    refuse_removal,
)
from rehearsal.standins.aws.refusals import refuse_deletion
from rehearsal.standins.provider import Resource
from rehearsal.standins.values import Map, without_secrets


class Lifecycle:
    """Of all resources. kind: as `rds/instance`; region: "" for types that are unique in the whole account.

    Every refusal is a ProviderError. pause: waits so many seconds; today: by which support of versions ends.
    """

    def __init__(self, account: Account, pause: Callable[[float], None], today: Callable[[], date]) -> None:
        self._account, self._held, self._pause, self._today = account, HeldNames(account), pause, today

    def create(self, resource: Resource, kind: str, region: str, inputs: Map, identity: str) -> None:
        """Make the resource. inputs: with its physical name."""
        with work_at(self._account, source_of(kind, region, without_secrets(inputs)), self._pause):
            self._held.create(resource, kind, region, inputs, identity)
        if kind == DISTRIBUTION:
            note_origins(self._account, resource.urn, inputs)

    def update(self, resource: Resource, kind: str, region: str, old: Map, new: Map) -> None:
        """Change the resource in place."""
        before, after = without_secrets(old), without_secrets(new)
        if kind == VPC_ORIGIN:
            refuse_new_endpoint(self._account, resource.identity, before, after)
        elif kind == "eks/cluster":
            refuse_leaving_support(before, after, self._today())
        with work_at(self._account, modified(kind, region, before, after), self._pause):
            self._held.update(resource, kind, region, new)
        if kind == DISTRIBUTION:
            note_origins(self._account, resource.urn, new)

    def record(self, resource: Resource, kind: str, region: str, state: Map, inputs: Map) -> None:
        """What the engine has in its state exists, even where the account does not know it."""
        self._held.record(resource, kind, region, state, inputs)
        if kind == DISTRIBUTION:
            note_origins(self._account, resource.urn, state)

    def overwritten(self, resource: Resource, kind: str, region: str, state: Map, inputs: Map) -> Holder | None:
        """Who has changed the resource under another URN, or, without an identity, deleted it."""
        return self._held.overwritten(resource, kind, region, state, inputs)

    def delete(self, resource: Resource, kind: str, region: str, state: Map) -> None:
        """Delete the resource."""
        refuse_deletion(kind, resource.identity, without_secrets(state))
        if kind == VPC_ORIGIN:
            refuse_removal(self._account, resource.identity)
        elif kind == DISTRIBUTION:
            note_origins(self._account, resource.urn, {})
        self._held.delete(resource, kind, region, state)
