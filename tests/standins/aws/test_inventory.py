"""What the played account has is listed as it is made, for what serves data in its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.standins.aws.account.inventory import Inventory, Item
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.values import Secret
from tests.standins.aws.conftest import Cloud

USER = {"engine": "valkey", "userId": "one", "userName": "one", "accessString": "on ~* +@all"}


def modes(password: str) -> dict[str, object]:
    """How a user logs in."""
    return {"authenticationMode": {"type": "password", "passwords": [Secret(password)]}}


@pytest.fixture
def inventory() -> Inventory:
    """One, in memory."""
    return Inventory()


@pytest.fixture
def cloud(sdk: Sdk, inventory: Inventory) -> Cloud:
    """An account that lists what it has."""
    return Cloud(sdk, inventory=inventory)


def test_a_resource_is_listed_from_its_making_to_its_end_with_its_secrets_in_the_clear(
    cloud: Cloud, inventory: Inventory
) -> None:
    cloud.create("elasticache/user", {**USER, **modes("first")}, preview=True)
    assert inventory.items() == []

    made = cloud.create("elasticache/user", {**USER, **modes("first")})
    (item,) = inventory.items()
    assert (item.kind, item.region, item.identity) == ("elasticache/user", "us-east-1", made.identity)
    assert item.properties["authenticationMode"]["passwords"] == ["first"]

    resource = cloud.resource("elasticache/user", identity=made.identity)
    cloud.provider.update(
        replace(resource, preview=True), made.properties, {**USER, **modes("first")}, {**USER, **modes("second")}
    )
    assert inventory.items() == [item]
    cloud.provider.update(resource, made.properties, {**USER, **modes("first")}, {**USER, **modes("second")})
    (item,) = inventory.items()
    assert item.properties["authenticationMode"]["passwords"] == ["second"]

    cloud.provider.delete(resource, made.properties)
    assert inventory.items() == []


def test_what_only_the_engine_knows_is_listed_when_it_compares(cloud: Cloud, inventory: Inventory) -> None:
    made = cloud.create("elasticache/user", {**USER, **modes("first")})
    inventory.remove(inventory.items()[0].urn, made.identity)

    resource = cloud.resource("elasticache/user", identity=made.identity)
    inputs = {**USER, **modes("first")}
    cloud.provider.diff(resource, made.properties, inputs, inputs)
    assert [item.identity for item in inventory.items()] == [made.identity]
    cloud.provider.diff(resource, {**made.properties, "accessString": "off"}, inputs, inputs)
    assert [item.properties["accessString"] for item in inventory.items()] == ["on ~* +@all"]


def test_nobody_else_reads_the_file_and_who_follows_it_sees_each_change(tmp_path: Path) -> None:
    file = tmp_path / "inventory.sqlite"
    writer, reader = Inventory(str(file)), Inventory(str(file))
    before = reader.version()
    assert reader.version() == before

    item = Item(urn="urn", identity="one", kind="s3/bucket", region="us-east-1", properties={"bucket": "one"})
    writer.put(item)
    assert reader.version() != before
    assert reader.items() == [item]
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
