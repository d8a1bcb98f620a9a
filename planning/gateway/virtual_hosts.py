"""Virtual hosts of the gateway: a plugin has its own, found by the first parts of a request's path.

An Envoy goes through the routes of a virtual host one by one, and finds the virtual host itself by its name, however
many there are. So it writes a name for each request on arrival: parts of the path, last one first, before the host that
was asked (docs/decisions/virtual-hosts.md).
"""

import re
from collections.abc import Iterable

from planning.inputs.registry.registry_entry import BackendSpec

PARTS = 3
"""Of a path that has a virtual host: as /api/v1/my-wallet, below which everything is one entry's."""

HOST_HEADER = "naap-host"
"""What the proxy writes the name into; a RouteConfiguration can look there rather than at the host (vhost_header)."""
_MARK = "path"
"""Between the parts of the path and the host: so that the names below it are no names below another host."""
_LETTERS = "[a-z0-9-]+"
_PATH = rf"^(?:/({_LETTERS})/({_LETTERS})/({_LETTERS})(?:[/?]|$))?"
HOST = rf"%CEL(re.extract(request.path, '{_PATH}', '\\3.\\2.\\1'))%.{_MARK}.%REQ(:AUTHORITY)%"
"""Any other path has no parts there, and is in the virtual host of all others."""

OTHERS = "*"
MAX_HOSTS = 16
"""Of an HTTPRoute, by the Gateway API."""
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def virtual_hosts(backend: BackendSpec) -> tuple[str, ...]:
    """Where the routes of an entry are found: the part of the names that stands before a host.

    Its own ones where each of its prefixes has three parts, as no other entry has a path below those: the registry
    refuses it, but below a catch-all.
    """
    names = [_name(prefix) for prefix in dict.fromkeys((backend.api_prefix, *backend.extra_prefixes))]
    own = [name for name in names if name]
    if backend.catch_all or len(own) < len(names) or len(own) > MAX_HOSTS:
        return (OTHERS,)
    return tuple(own)


def hosts_at(names: Iterable[str], host: str) -> list[str]:
    """The whole names, for those who ask for `host`."""
    return [f"{name}.{_MARK}.{host}" for name in names]


def _name(prefix: str) -> str | None:
    parts = prefix.strip("/").split("/")
    if len(parts) != PARTS or not all(_LABEL.fullmatch(part) for part in parts):
        return None
    return ".".join(reversed(parts))
