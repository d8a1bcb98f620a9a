"""Cache behaviours: who answers for a path of the site: the gateway, the bundles, or the shell.

The shell is a server behind the gateway, where an entry of the registry is one, or else files in the assets bucket.
"""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from planning.edge.shell_documents import BUNDLES, REGISTRY_KEY
from planning.inputs.registry.entry import Entry

_API = "/api"


class Caching(StrEnum):
    """How long the CDN keeps an answer."""

    IMMUTABLE = "immutable"
    BRIEF = "brief"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class BehaviourPlan:
    """What happens to requests for a path (a * stands for anything). gateway: it answers, else the assets do."""

    path: str
    caching: Caching
    gateway: bool


@dataclass(frozen=True, kw_only=True)
class BehavioursPlan:
    """listed: in the order in which CloudFront compares them. site_server: what matches none is the gateway's as well,

    and never kept: its pages are made for who asks. Else it is a file in the bucket, kept briefly.
    """

    listed: tuple[BehaviourPlan, ...]
    site_server: bool

    def of(self, path: str) -> BehaviourPlan | None:
        """What the CDN does with a path; None: it is the shell's."""
        return next((found for found in self.listed if fnmatch.fnmatchcase(path, found.path)), None)

    def taken(self, route: str) -> BehaviourPlan | None:
        """What takes pages of a route from the shell; None: nothing. It ends in * where all below it is meant."""
        page = route.removesuffix("/*")
        return self.of(page) or (self.of(f"{page}/page") if page != route else None)


_ASSETS = (
    BehaviourPlan(path=f"/{REGISTRY_KEY}", caching=Caching.BRIEF, gateway=False),
    BehaviourPlan(path=f"/{BUNDLES}/*/current.json", caching=Caching.BRIEF, gateway=False),
    BehaviourPlan(path=f"/{BUNDLES}/*", caching=Caching.IMMUTABLE, gateway=False),
)


def plan_behaviours(entries: Iterable[Entry]) -> BehavioursPlan:
    """All APIs, and what core services answer beside them, are the gateway's; of a site's server, its files too."""
    stated = list(entries)
    prefixes = [prefix for entry in stated for _, prefix in entry.stated_prefixes()]
    beside = sorted({prefix for prefix in prefixes if prefix != "/" and not _is_api(prefix)})
    immutable = sorted({path for entry in stated if entry.site for path in entry.site.immutable})
    return BehavioursPlan(
        listed=(
            *_ASSETS,
            *_gateway([f"{_API}/*"], Caching.NEVER),
            *_gateway([f"{path}/*" for path in immutable], Caching.IMMUTABLE),
            *_gateway([path for prefix in beside for path in (prefix, f"{prefix}/*")], Caching.NEVER),
        ),
        site_server="/" in prefixes,
    )


def _is_api(prefix: str) -> bool:
    return prefix.startswith(f"{_API}/")


def _gateway(paths: Iterable[str], caching: Caching) -> Iterable[BehaviourPlan]:
    return (BehaviourPlan(path=path, caching=caching, gateway=True) for path in paths)
