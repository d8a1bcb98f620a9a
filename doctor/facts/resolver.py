"""DNS as the world sees it: who answers for a zone, and which authorities may make certificates."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.CAA import CAA

from doctor.finding import Unanswered

SECONDS = 2.0
"""For one server."""
LIFETIME = 5.0
"""For one question, however many servers are asked."""
PARENTS = 2
"""Servers of the parent that are tried."""

_FROM_ELSEWHERE = "run it again, from where the internet's names are known"

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class CaaRecord:
    """tag: issue, issuewild, iodef, ... value: for issue, the authority's domain; empty: nobody. RFC 8659."""

    tag: str
    value: str
    critical: bool


@dataclass(frozen=True, kw_only=True)
class CaaSet:
    """The records that count for a name: those of the closest name above it that has any, which is `at`."""

    at: str
    records: tuple[CaaRecord, ...]


class Resolver:
    """Asks the resolver of this machine, and the servers of a parent zone themselves. port: of all of them."""

    def __init__(self, servers: list[str] | None = None, port: int = 53) -> None:
        self._servers = servers
        self._port = port

    def zone_of(self, name: str) -> str | Unanswered:
        """The zone that a name lies in, as far as it is delegated; empty: the root, as the name is nobody's."""

        def ask() -> str:
            return _text(dns.resolver.zone_for_name(name, resolver=self._resolver(), lifetime=LIFETIME))

        return _answered(ask)

    def delegation(self, zone: str) -> tuple[str, ...] | Unanswered:
        """Servers that the parent names for a zone; none: it isn't delegated.

        Where no server of the parent can be reached from here, what the resolver says of the zone.
        """

        def ask() -> tuple[str, ...]:
            found = self._of_parent(zone)
            return found if found is not None else self._names(dns.name.from_text(zone))

        return _answered(ask)

    def caa(self, name: str) -> CaaSet | Unanswered | None:
        """The CAA records that count for a name; None: there are none, so that any authority may sign."""

        def ask() -> CaaSet | Unanswered | None:
            at, known = dns.name.from_text(name), False
            while at != dns.name.root:
                try:
                    found = self._resolver().resolve(at, "CAA")
                except dns.resolver.NXDOMAIN:
                    at = at.parent()
                except dns.resolver.NoAnswer:
                    at, known = at.parent(), True
                else:
                    return CaaSet(at=_text(at), records=tuple(map(_record, cast("Iterator[CAA]", iter(found)))))
            return None if known else Unanswered(reason="not known here", fix=_FROM_ELSEWHERE)

        return _answered(ask)

    def _of_parent(self, zone: str) -> tuple[str, ...] | None:
        child = dns.name.from_text(zone)
        parent = dns.resolver.zone_for_name(child.parent(), resolver=self._resolver(), lifetime=LIFETIME)
        question = dns.message.make_query(child, "NS", flags=0)  # of what the server itself knows
        for server in self._names(parent)[:PARENTS]:
            try:
                address = _hosts(self._resolver().resolve(server, "A"))[0]
                said, _ = dns.query.udp_with_fallback(question, address, timeout=SECONDS, port=self._port)
            except (dns.exception.DNSException, OSError):
                continue
            if said.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return _servers(said, child)
        return None

    def _names(self, zone: dns.name.Name) -> tuple[str, ...]:
        try:
            return _hosts(self._resolver().resolve(zone, "NS"))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()

    def _resolver(self) -> dns.resolver.Resolver:
        made = dns.resolver.Resolver(configure=self._servers is None)
        if self._servers is not None:
            made.nameservers = self._servers
        made.port, made.timeout, made.lifetime = self._port, SECONDS, LIFETIME
        return made


def _servers(said: dns.message.Message, zone: dns.name.Name) -> tuple[str, ...]:
    """A parent names them beside its answer; one that also serves the zone, in it."""
    sets = [*said.answer, *said.authority]
    named = [found for found in sets if found.name == zone and found.rdtype == dns.rdatatype.NS]
    return tuple(sorted({host for found in named for host in _hosts(found)}))


def _hosts(records: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(str(record).rstrip(".").lower() for record in records))


def _record(record: CAA) -> CaaRecord:
    value = record.value.decode("ascii", "replace").partition(";")[0].strip().lower()
    return CaaRecord(tag=record.tag.decode("ascii", "replace").lower(), value=value, critical=bool(record.flags & 128))


def _text(name: dns.name.Name) -> str:
    return str(name).rstrip(".").lower()


def _answered(ask: Callable[[], Answer]) -> Answer | Unanswered:
    try:
        return ask()
    except (dns.resolver.NoResolverConfiguration, OSError):
        return Unanswered(reason="no DNS here", fix=_FROM_ELSEWHERE)
    except dns.resolver.NoRootSOA:
        return Unanswered(reason="DNS here doesn't know the internet", fix=_FROM_ELSEWHERE)
    except dns.exception.Timeout:
        return Unanswered(reason="timed out", fix=_FROM_ELSEWHERE)
    except dns.exception.DNSException as error:
        return Unanswered(reason=f"DNS failed ({type(error).__name__})", fix=_FROM_ELSEWHERE)
