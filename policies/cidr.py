"""Networks as rules see them: which are as good as the whole internet."""

import ipaddress
from collections.abc import Iterable
from typing import Any

SHORTEST = {4: 8, 6: 32}
"""By version of IP, the shortest prefix that can be one owner's network: 10.0.0.0/8 is the largest private one, and a
/32 is what registries give a provider for all of its customers. What is wider is the internet, or a piece of it that
needs only a few others beside it, as 0.0.0.0/1 needs 128.0.0.0/1."""
INTERNET = "the whole internet"


def open_to(cidr: Any) -> str:
    """To whom an address block opens where it isn't one owner's network; empty where it is, or is absent."""
    if not isinstance(cidr, str):
        return ""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return f"what is no network ({cidr})"
    return INTERNET if network.prefixlen < SHORTEST[network.version] else ""


def parts_of(cidr: str, networks: Iterable[str]) -> set[str]:
    """Those of the networks that lie within the block and aren't all of it."""
    block = ipaddress.ip_network(cidr, strict=False)
    return {
        network
        for network in networks
        if (part := ipaddress.ip_network(network)).overlaps(block) and part.prefixlen > block.prefixlen
    }
