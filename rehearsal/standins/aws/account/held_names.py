"""Keeps physical names unique: refuses the second creation, or lets it overwrite the first, as AWS does for the type.

A creation that was cut off before the engine recorded it is taken up again by the same URN. AWS would refuse it; there
the resource is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from rehearsal.standins.aws.account.account import Account, Holder, PhysicalName
from rehearsal.standins.aws.account.uniqueness import Second, Unique, names_of, one_module, uniqueness
from rehearsal.standins.provider import ProviderError, Resource
from rehearsal.standins.values import Map, has_secret, without_secrets

Yields: TypeAlias = Callable[[Holder], bool]
_SHARES = {"allowOverwrite", "overwrite"}  # of route53/record and ssm/parameter: create what may exist already


class HeldNames:
    """The names of all resources in the account, as one provider process changes them."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._recorded: dict[str, str] = {}  # what the engine has in its state now, as {URN: id}

    def create(self, resource: Resource, kind: str, region: str, inputs: Map, identity: str) -> None:
        """Take the names of a new resource; ProviderError says who has one."""
        unique = uniqueness(kind)
        if unique is None:
            return
        recorded = self._recorded.get(resource.urn)
        holder = _holder(resource.urn, identity, inputs, unique)

        def yields(found: Holder) -> bool:
            cut_off = found.urn == resource.urn and found.identity != recorded
            return cut_off or not found.identity or _shares(unique, inputs, holder, found)

        self._take(holder, names_of(kind, region, without_secrets(inputs)), unique, yields)

    def update(self, resource: Resource, kind: str, region: str, inputs: Map) -> None:
        """Take new names, and free those that the resource no longer has."""
        unique = uniqueness(kind)
        if unique is None:
            return
        names = names_of(kind, region, without_secrets(inputs))
        holder = _holder(resource.urn, resource.identity, inputs, unique)

        def yields(found: Holder) -> bool:
            own = resource.urn == found.urn or resource.identity == found.identity
            return own or not found.identity or _shares(unique, inputs, holder, found)

        self._take(holder, names, unique, yields)
        self._account.release(one_module(kind), holder, but=list(names))

    def record(self, resource: Resource, kind: str, region: str, state: Map, inputs: Map) -> None:
        """Note what the engine has in its state: it may be older than this memory, or under a new id or URN."""
        self._recorded[resource.urn] = resource.identity
        unique = uniqueness(kind)
        if unique is None:
            return
        holder = _holder(resource.urn, resource.identity, inputs, unique)
        for name in names_of(kind, region, without_secrets(state)):
            found = self._account.holder(name)
            same = found is not None and (found.urn == holder.urn) != (found.identity == holder.identity)
            if found is None or (same and unique.second is Second.REFUSED):
                self._account.take([name], holder, yields=lambda _: True)

    def overwritten(self, resource: Resource, kind: str, region: str, state: Map, inputs: Map) -> Holder | None:
        """Who has changed or deleted the resource under another URN, for types that allow it."""
        unique = uniqueness(kind)
        if unique is None or unique.second is not Second.OVERWRITES:
            return None
        for name in names_of(kind, region, without_secrets(state)):
            found = self._account.holder(name)
            if found and not found.identity:
                return found
            if found and found.urn != resource.urn and found.content not in ({}, without_secrets(inputs)):
                return found
        return None

    def delete(self, resource: Resource, kind: str, region: str, state: Map) -> None:
        """Free the names; what others overwrote is gone for them too."""
        unique = uniqueness(kind)
        if unique is None:
            return
        self._recorded.pop(resource.urn, None)
        for name in names_of(kind, region, without_secrets(state)):
            found = self._account.holder(name)
            if found is None:
                continue
            if unique.second is Second.OVERWRITES:
                self._account.take([name], Holder(urn=found.urn, identity=""), yields=lambda _: True)
            elif found.identity == resource.identity:
                self._account.release(name.kind, found)

    def _take(
        self, holder: Holder, named: Mapping[PhysicalName, tuple[str, ...]], unique: Unique, yields: Yields
    ) -> None:
        refused = self._account.take(list(named), holder, yields=yields)
        if refused:
            name, other = refused
            place = f" in {name.place}" if name.place else ""
            raise ProviderError(
                f"creating {name.kind} ({named[name][0]}){place}: {unique.error.format(*named[name])} "
                f"(it is {other.urn.rpartition('::')[2]!r} of this stack: state another name)"
            )


def _holder(urn: str, identity: str, inputs: Map, unique: Unique) -> Holder:
    kept = unique.second is not Second.REFUSED and not has_secret(inputs)
    return Holder(urn=urn, identity=identity, content=inputs if kept else {})


def _shares(unique: Unique, inputs: Map, new: Holder, found: Holder) -> bool:
    if unique.second is Second.SHARED:
        return new.content == found.content
    return unique.second is Second.OVERWRITES or any(inputs.get(name) is True for name in _SHARES)
