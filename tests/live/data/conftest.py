"""What the played AWS has of the dev stack, and servers of it on loopback."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rehearsal.live.data.addresses import Addresses
from rehearsal.live.data.authority import Authorities
from rehearsal.live.data.data_plane import DataPlane, Places
from rehearsal.live.data.estate import Estate, read_estate
from rehearsal.standins.aws.account.inventory import Inventory, Item
from rehearsal.tools.debian import POSTGRES, VALKEY
from tests.build.environments import TIERS
from tests.dataplane.packages import unpacked
from tests.live.data.played import play

SECOND = "replica-of-the-first"


@pytest.fixture(scope="session")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """Of the dev stack, as the stand-in makes it."""
    inventory = Inventory()
    play(TIERS[0], tmp_path_factory.mktemp("registry"), inventory)
    return list(inventory.items())


@pytest.fixture(scope="session")
def estate(items: list[Item]) -> Estate:
    """The same, as types."""
    return read_estate(items)


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Servers that follow an inventory."""

    inventory: Inventory
    plane: DataPlane
    places: Places
    authorities: Authorities

    def change(self, kind: str, name: str, **properties: object) -> None:
        """As an update of the stack would; then whatever follows from it."""
        for item in self.inventory.items():
            if item.kind == kind and name in item.properties.values():
                self.inventory.put(replace(item, properties={**item.properties, **properties}))
        self.follow()

    def follow(self) -> None:
        """Until everything is as it is recorded."""
        assert self.plane.follow() == []

    def address(self, host: str) -> str:
        """As the names' file has it."""
        lines = (line.split() for line in self.places.hosts.read_text().splitlines())
        return next(address for address, name in lines if name == host)


@pytest.fixture(scope="session")
def serving(items: list[Item]) -> Iterator[Serving]:
    """Databases and caches of the dev stack, and a replica that dev has none of, on addresses of loopback."""
    folder = Path(tempfile.mkdtemp(prefix="naap-live-"))
    folder.chmod(0o755)
    (folder / "lost").mkdir()
    inventory, authorities = Inventory(str(folder / "inventory")), Authorities(folder / "authorities")
    for item in items:
        inventory.put(_on_loopback(item))
    (first,) = (item for item in items if item.kind == "rds/instance")
    inventory.put(_replica(first))
    places = Places(
        servers=folder / "servers",
        lost=folder / "lost",
        hosts=folder / "hosts",
        postgres=unpacked(POSTGRES),
        valkey=unpacked(VALKEY),
    )
    plane = DataPlane(
        Inventory(str(folder / "inventory")),
        places=places,
        authorities=authorities,
        addresses=Addresses(folder / "addresses.json"),
        bring_up=lambda _address: None,
        keeper="keeps-the-cache",
    )
    found = Serving(inventory=inventory, plane=plane, places=places, authorities=authorities)
    try:
        found.follow()
        yield found
    finally:
        plane.stop()
        shutil.rmtree(folder)


def _on_loopback(item: Item) -> Item:
    if item.kind != "ec2/subnet":
        return item
    network = str(item.properties["cidrBlock"]).replace("10.", "127.", 1)
    return replace(item, properties={**item.properties, "cidrBlock": network})


def _replica(first: Item) -> Item:
    own = {
        "identifier": SECOND,
        "address": f"{SECOND}.us-east-1.rds.amazonaws.com",
        "replicateSourceDb": first.properties["identifier"],
        "dbSubnetGroupName": "default",
        "password": None,
    }
    return replace(first, urn=f"{first.urn}-replica", identity="db-replica", properties={**first.properties, **own})
