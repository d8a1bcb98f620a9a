"""The plugins before which the gateway stands, each for what tests ask of it."""

from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Auth, RateLimit, Requests
from planning.inputs.sign_in import SIGN_IN_SERVICE
from tests.planning.samples import altered, plugin
from tests.plugin_plans import with_backend

FREE = RateLimit.model_construct(user_per_minute=1_000_000, client_per_minute=1_000_000)
"""More than an entry may ask for."""
PER_USER, PER_CLIENT = 25, 40


def unlimited(name: str, **backend: object) -> PluginSpec:
    """An entry whose limits no test reaches."""
    return with_backend(plugin(name), rate_limit=FREE, **backend)


SESSIONS = altered(
    unlimited(
        SIGN_IN_SERVICE,
        auth=Auth(public=("/open", "/api/v1/auth/logout"), identity_only=True),
        extra_prefixes=("/api/v1/auth", "/api/v1/auth/logout", "/api/v1/secrets"),
    ),
    core=True,
)
WALLET = unlimited("wallet")
LEDGER = unlimited("ledger", api_prefix="/api/ledger", catch_all=True)
HISTORY = unlimited("history", api_prefix="/api/ledger/history")
DEEP = unlimited("deep", api_prefix="/api/ledger/deep/er")
"""Their prefixes lie below that of LEDGER, with a virtual host of their own and without."""
MIXED = unlimited("mixed", auth=Auth(public=("/status",), websocket=("/live",), session_affinity=True))
STRIPPED = unlimited(
    "stripped", rewrite_prefix="/", auth=Auth(public=("/open",), websocket=("/live",)), extra_prefixes=("/other",)
)
MOST_MIB, MOST_SECONDS = 10, 2
FILES = unlimited(
    "files",
    rewrite_prefix="/api/v1/my-files",
    extra_prefixes=("/api/v1/my-files",),
    auth=Auth(public=("/open",)),
    requests=Requests(body_mib=MOST_MIB, timeout_seconds=MOST_SECONDS, streaming=("/chat",)),
)
"""Takes large bodies, answers soon or by streams, and has its prefix under another name too."""
COUNTED = with_backend(plugin("counted"), rate_limit=RateLimit(user_per_minute=PER_USER, client_per_minute=PER_CLIENT))
DRAINING = altered(unlimited("draining"), lifecycle=Lifecycle.DRAINING)
STOPPED = altered(unlimited("stopped", api_prefix="/api/ledger/stopped"), lifecycle=Lifecycle.STOPPED)
"""Below that of LEDGER too: without an answer of the gateway its requests would be LEDGER's."""
STUCK = unlimited("stuck")
"""Its stand-in is asked for what it never answers."""

SERVED = (SESSIONS, WALLET, LEDGER, HISTORY, DEEP, MIXED, STRIPPED, FILES, COUNTED, DRAINING, STUCK)
