"""One stand-in provider, as the engine would talk to it, and its control planes."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rehearsal.standins.aws.account.account import Account
from rehearsal.standins.aws.account.inventory import Inventory
from rehearsal.standins.aws.provider import AwsProvider
from rehearsal.standins.aws.sdk.schema import (
    EnumType,
    ListOf,
    MapOf,
    Named,
    ObjectType,
    OneOf,
    ResourceType,
    Scalar,
    Type,
)
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import Checked, Difference, Resource, State

AUTHORITY = "LS0tLS1CRUdJTg=="


class Cloud:
    """A provider in one region, asked by kind (`rds/instance`) and logical name."""

    def __init__(
        self,
        sdk: Sdk,
        region: str = "us-east-1",
        *,
        account: Account | None = None,
        inventory: Inventory | None = None,
        pause: Callable[[float], None] = lambda _seconds: None,
        today: date = date(2026, 6, 1),
        **options: Any,
    ) -> None:
        self.sdk = sdk
        self._options = {"region": region, **options}
        self._pause, self._today, self._inventory = pause, today, inventory
        self.provider = self._new(account)
        self._tokens = {token.split(":")[1]: token for token in sdk.tokens}

    def _new(self, account: Account | None) -> AwsProvider:
        provider = AwsProvider(self.sdk, account, self._inventory, pause=self._pause, today=lambda: self._today)
        provider.configure({}, self._options)
        return provider

    def type(self, kind: str) -> ResourceType:
        return self.sdk.resource(self._tokens[kind])

    def resource(self, kind: str, name: str = "thing", **rest: Any) -> Resource:
        token = self._tokens.get(kind, f"aws:{kind}:{kind.rpartition('/')[2].capitalize()}")
        return Resource(urn=f"urn:pulumi:dev::naap::{token}::{name}", **rest)

    def check(self, kind: str, inputs: dict[str, Any], olds: dict[str, Any] | None = None, **rest: Any) -> Checked:
        return self.provider.check(self.resource(kind, **rest), olds or {}, inputs)

    def failures(self, kind: str, inputs: dict[str, Any]) -> dict[str, str]:
        return dict(self.check(kind, inputs).failures)

    def create(self, kind: str, inputs: dict[str, Any], name: str = "thing", *, preview: bool = False) -> State:
        checked = self.check(kind, inputs, name=name)
        assert not checked.failures, checked.failures
        return self.provider.create(self.resource(kind, name, preview=preview), checked.inputs)

    def diff(self, kind: str, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        """What changes between two inputs, in an account of its own."""
        self.provider = self._new(None)
        before = self.check(kind, old).inputs
        state = self.provider.create(self.resource(kind), before)
        after = self.check(kind, new, before).inputs
        resource = self.resource(kind, identity=state.identity)
        return self.provider.diff(resource, state.properties, before, after)

    def replaces(self, kind: str, old: dict[str, Any], new: dict[str, Any]) -> set[str]:
        return {path for path, change in self.diff(kind, old, new).changes.items() if change.replaces}


@pytest.fixture(scope="session")
def sdk() -> Sdk:
    return Sdk()


@pytest.fixture
def clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clusters.json"
    entry = {"endpoint": "https://127.0.0.1:6443", "certificateAuthority": AUTHORITY, "token": "made-up"}
    path.write_text(json.dumps({"naap": entry}))
    monkeypatch.setenv("NAAP_CLUSTERS", str(path))
    return path


@pytest.fixture
def cloud(sdk: Sdk, clusters: Path) -> Cloud:
    assert clusters.exists()
    return Cloud(sdk)


@pytest.fixture
def minimal(sdk: Sdk) -> Callable[[ObjectType], dict[str, Any]]:
    """The least inputs that a type takes: every required property with a value of its type."""

    def value(kind: Type) -> Any:
        match kind:
            case Scalar():
                return {"string": "naap", "boolean": True}.get(kind.kind, 1)
            case ListOf() | MapOf():
                element = value(kind.element)
                return [element] if isinstance(kind, ListOf) else {"naap": element}
            case OneOf():
                return value(kind.choices[0])
            case Named():
                resolved = sdk.resolve(kind)
                return resolved.values[0] if isinstance(resolved, EnumType) else least(resolved)

    def least(kind: ObjectType) -> dict[str, Any]:
        return {name: value(known.type) for name, known in kind.properties.items() if known.required}

    return least
