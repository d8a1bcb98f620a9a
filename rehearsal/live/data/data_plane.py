"""Follows what the played AWS has: whatever of it serves data is started, changed, ended and brought back here."""

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.live.data.addresses import PUBLIC, Addresses, Endpoint, api_names, endpoints, hosts_file
from rehearsal.live.data.authority import PUBLIC as PUBLIC_AUTHORITY
from rehearsal.live.data.authority import Authorities
from rehearsal.live.data.estate import Cache, Estate, Instance, read_estate
from rehearsal.live.data.servers.postgres import Postgres
from rehearsal.live.data.servers.valkey import Valkey
from rehearsal.standins.aws.account.inventory import Inventory

EVERY_SECONDS = 0.2
LATER_SECONDS = 2.0
"""Before what failed is tried again."""
_KEYS = {"rds-ca-rsa2048-g1": "RSA2048 G1", "rds-ca-rsa4096-g1": "RSA4096 G1", "rds-ca-ecc384-g1": "ECC384 G1"}


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where things are. servers: folders of servers, which nobody may look into; lost: marks of what is to be down.

    hosts: the names' file, in the form of /etc/hosts. postgres, valkey: folders of programs.
    """

    servers: Path
    lost: Path
    hosts: Path
    postgres: Path
    valkey: Path


class DataPlane:
    """Databases and caches. bring_up: makes an address this machine's, or this network namespace's.

    Servers end with the thread that started them: follow() is always called by the same one.
    """

    def __init__(
        self,
        inventory: Inventory,
        *,
        places: Places,
        authorities: Authorities,
        addresses: Addresses,
        bring_up: Callable[[str], None],
        keeper: str,
    ) -> None:
        self._inventory, self._places, self._authorities = inventory, places, authorities
        self._addresses, self._bring_up, self._keeper = addresses, bring_up, keeper
        self._databases: dict[str, Postgres] = {}
        self._caches: dict[str, Valkey] = {}
        self._version = -1
        self._estate, self._names = Estate(), ""

    def estate(self) -> Estate:
        """What there is now."""
        version = self._inventory.version()
        if version != self._version:
            self._estate, self._version = read_estate(self._inventory.items()), version
        return self._estate

    def run(self) -> None:
        """Follows for good. What fails is said once, and tried again."""
        said = ""
        while True:
            wrong = "\n".join(self.follow())
            if wrong and wrong != said:
                print(wrong, file=sys.stderr, flush=True)
            said = wrong
            time.sleep(LATER_SECONDS if wrong else EVERY_SECONDS)

    def follow(self) -> list[str]:
        """Makes everything as it is recorded; says what could not be."""
        estate = self.estate()
        where = {one.identifier: self._address(one) for one in endpoints(estate)}
        self._write_names(estate, where)
        self._end(estate)
        wrong = list[str]()
        # Who has no source comes first.
        for instance in sorted(estate.instances, key=lambda one: one.source is not None):
            self._try(wrong, lambda one=instance: self._serve_database(one, where))
        for cache in estate.caches:
            self._try(wrong, lambda one=cache: self._serve_cache(one, where[one.identifier]))
        return wrong

    def stop(self) -> None:
        """Everything, and nothing of it is deleted."""
        for server in (*self._databases.values(), *self._caches.values()):
            server.stop()

    def _try(self, wrong: list[str], serve: Callable[[], None]) -> None:
        try:
            serve()
        except (RehearsalError, OSError) as error:
            wrong.append(str(error))

    def _serve_database(self, instance: Instance, where: Mapping[str, str]) -> None:
        database = self._database(instance)
        if self._lost(instance.identifier):
            database.lose()
            return
        primary = None
        if instance.source:
            source = self._databases.get(instance.source)
            if source is None or (not source.server.runs and not database.made):
                return  # its source comes first
            primary = (source, where[instance.source])
        database.serve(instance, where[instance.identifier], primary)

    def _serve_cache(self, cache: Cache, address: str) -> None:
        if self._lost(cache.identifier):
            self._cache(cache.identifier).lose()
        else:
            self._cache(cache.identifier).serve(cache, address)

    def _database(self, instance: Instance) -> Postgres:
        if instance.identifier not in self._databases:
            name = f"Amazon RDS {instance.region} Root CA {_KEYS[instance.authority]}"
            self._databases[instance.identifier] = Postgres(
                self._places.servers / instance.identifier, self._places.postgres, self._authorities.of(name)
            )
        return self._databases[instance.identifier]

    def _cache(self, identifier: str) -> Valkey:
        if identifier not in self._caches:
            self._caches[identifier] = Valkey(
                self._places.servers / identifier,
                self._places.valkey,
                self._authorities.of(PUBLIC_AUTHORITY),
                self._keeper,
            )
        return self._caches[identifier]

    def _end(self, estate: Estate) -> None:
        """What was deleted goes with its data."""
        for servers, kept in (
            (self._databases, {one.identifier for one in estate.instances}),
            (self._caches, {one.identifier for one in estate.caches}),
        ):
            for identifier in servers.keys() - kept:
                servers.pop(identifier).remove()

    def _lost(self, identifier: str) -> bool:
        """Down until its mark is gone."""
        return (self._places.lost / identifier).exists()

    def _address(self, endpoint: Endpoint) -> str:
        address = self._addresses.of(endpoint)
        self._bring_up(address)
        return address

    def _write_names(self, estate: Estate, where: Mapping[str, str]) -> None:
        names = {name: where[one.identifier] for one in endpoints(estate) for name in one.names}
        regions = {bucket.region for bucket in estate.buckets} | {one.region for one in estate.instances}
        names |= dict.fromkeys(api_names(regions, estate.buckets), PUBLIC)
        text, file = hosts_file(names), self._places.hosts
        if text != self._names:
            self._names = text
            part = file.with_name(f".{file.name}.part")
            part.write_text(text)
            part.rename(file)


def remove(places: Places) -> None:
    """All that servers held."""
    shutil.rmtree(places.servers, ignore_errors=True)
