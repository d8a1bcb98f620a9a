"""A target outside the cluster that a plugin may reach, as an entry lists it."""

import ipaddress
import re

from planning.network.addresses import region_addresses
from planning.shared.regions import REGIONS

DEFAULT_PORT = 443
_LINK_LOCAL = ipaddress.ip_network("169.254.0.0/16")
"""Instance metadata (169.254.169.254) and the Pod Identity agent (169.254.170.23) live here."""
_PLATFORM = tuple(ipaddress.ip_network(region_addresses(region).cidr) for region in REGIONS)
_CLOSED = tuple(
    (ipaddress.ip_network(cidr), reason)
    for cidr, reason in (
        ("0.0.0.0/8", "no address"),
        ("127.0.0.0/8", "the pod itself"),
        ("224.0.0.0/3", "multicast and reserved"),
    )
)
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"^({_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]$")
_INTERNAL = (".local", ".internal", ".svc", ".localhost", ".localdomain", ".arpa")
_MAX_HOST = 253
_MAX_PORT = 65535


def normal_egress(text: str) -> str:
    """`target:port` of what an entry lists. Raises ValueError with the rule that it breaks."""
    target, colon, port_text = text.partition(":")
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port_text) and 1 <= int(port_text) <= _MAX_PORT):
        raise ValueError("the port after the colon is a number from 1 to 65535 (IPv4 only: no other colons)")
    port = int(port_text) if colon else DEFAULT_PORT
    if "/" in target or re.fullmatch(r"[\d.]+", target):
        return f"{_network(target, stated_port=bool(colon))}:{port}"
    return f"{_host(target)}:{port}"


def _host(target: str) -> str:
    if "*" in target:
        raise ValueError("each host by its name: a wildcard would open hosts that nobody reviewed")
    if len(target) > _MAX_HOST or not _HOST.fullmatch(target):
        raise ValueError("a full host name in lower case, such as api.example.com, or an IPv4 network")
    if target.endswith(_INTERNAL):
        raise ValueError("a host outside; services of the platform are listed under network.calls")
    return target


def _network(target: str, *, stated_port: bool) -> str:
    if "/" not in target:
        raise ValueError(f"a network, not an address: {target}/32 for a single one")
    try:
        network = ipaddress.IPv4Network(target)
    except ValueError as error:
        raise ValueError(f"an IPv4 network whose host bits are zero ({error})") from None
    if network.prefixlen == 0:
        # The NetworkPolicy made from it leaves out link-local and the platform's own ranges.
        if not stated_port:
            raise ValueError("the whole internet only with a stated port: 0.0.0.0/0:443")
        return str(network)
    if network.overlaps(_LINK_LOCAL):
        raise ValueError("not the link-local range: instance metadata and credentials are served there")
    if any(network.overlaps(own) for own in _PLATFORM):
        raise ValueError("not the platform's own ranges (10.64.0.0-10.71.255.255): use network.calls, database, cache")
    for closed, reason in _CLOSED:
        if network.overlaps(closed):
            raise ValueError(f"not {closed}: {reason}")
    return str(network)
