"""Addresses of what AWS serves: one for each name, in the network of its subnet, kept as long as the rehearsal."""

import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.live.data.estate import Bucket, Estate

PUBLIC = "198.51.100.10"
"""Of the APIs, which answer outside of the VPC: an address of documentation, that nobody has (RFC 5737)."""
APIS = ("s3", "secretsmanager")
FIRST = 10
"""The first addresses of a subnet are AWS's own."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What serves at an address. names: those that resolve to it; network: that the address is of."""

    identifier: str
    names: tuple[str, ...]
    network: str


def endpoints(estate: Estate) -> list[Endpoint]:
    """Of databases and caches."""
    databases = [
        Endpoint(identifier=one.identifier, names=(one.host,), network=one.network) for one in estate.instances
    ]
    caches = [Endpoint(identifier=one.identifier, names=one.hosts, network=one.network) for one in estate.caches]
    return [*databases, *caches]


def api_names(regions: Iterable[str], buckets: Iterable[Bucket]) -> list[str]:
    """Names of the APIs in these regions, and of buckets."""
    apis = [f"{api}.{region}.amazonaws.com" for region in sorted(set(regions)) for api in APIS]
    return [*apis, *(f"{bucket.name}.s3.{bucket.region}.amazonaws.com" for bucket in buckets)]


class Addresses:
    """Given once and remembered, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._given: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def of(self, endpoint: Endpoint) -> str:
        """Its address; the next free one of the network where it has none yet."""
        network, held = ipaddress.ip_network(endpoint.network), self._given.get(endpoint.identifier)
        if held is None or ipaddress.ip_address(held) not in network:
            taken = {address for identifier, address in self._given.items() if identifier != endpoint.identifier}
            hosts = (str(network[number]) for number in range(FIRST, network.num_addresses - 1))
            self._given[endpoint.identifier] = next(address for address in hosts if address not in taken)
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(self._given))
            part.rename(self._file)
        return self._given[endpoint.identifier]


def hosts_file(names: Mapping[str, str]) -> str:
    """As /etc/hosts has it. names: to address."""
    return "".join(f"{address} {name}\n" for name, address in sorted(names.items()))
