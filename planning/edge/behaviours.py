"""Cache behaviours: who answers for a path of the site: the gateway, the bundles, or the shell."""

import fnmatch
from dataclasses import dataclass
from enum import StrEnum

from planning.edge.shell_documents import BUNDLES, REGISTRY_KEY


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


BEHAVIOURS = (
    BehaviourPlan(path=f"/{REGISTRY_KEY}", caching=Caching.BRIEF, gateway=False),
    BehaviourPlan(path=f"/{BUNDLES}/*/current.json", caching=Caching.BRIEF, gateway=False),
    BehaviourPlan(path=f"/{BUNDLES}/*", caching=Caching.IMMUTABLE, gateway=False),
    BehaviourPlan(path="/api/*", caching=Caching.NEVER, gateway=True),
    BehaviourPlan(path="/ws", caching=Caching.NEVER, gateway=True),
    BehaviourPlan(path="/ws/*", caching=Caching.NEVER, gateway=True),
    # The plugin server answers its list and files. Paths without a file's ending are pages of the shell: of
    # /plugins/my-dashboard, for one, a browser must get the shell when somebody reloads it.
    BehaviourPlan(path="/plugins", caching=Caching.NEVER, gateway=True),
    BehaviourPlan(path="/plugins/*.*", caching=Caching.NEVER, gateway=True),
)
"""In the order in which CloudFront compares them; what matches none is the shell, kept briefly."""


def behaviour_of(path: str) -> BehaviourPlan | None:
    """What the CDN does with a path; None: it is the shell's."""
    return next((found for found in BEHAVIOURS if fnmatch.fnmatchcase(path, found.path)), None)


def taken(route: str) -> BehaviourPlan | None:
    """What takes pages of this route from the shell; None: nothing. A route ends in * where all below it is meant."""
    page = route.removesuffix("/*")
    return behaviour_of(page) or (behaviour_of(f"{page}/page") if page != route else None)
