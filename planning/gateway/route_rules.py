"""The rules of a plugin's route: which requests each takes, from the plugin's own entry only.

A request belongs to the longest path that matches, then to the rule with the most conditions. Rules that could tie
don't exist: within one path, each way of access has a number of conditions of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from planning.inputs.registry.registry_entry import BackendSpec


class Access(StrEnum):
    """Who may use a rule, and whether it streams; the values name the rules."""

    PUBLIC = "public"
    BEARER = "bearer"
    SESSION = "session"
    BEARER_STREAM = "bearer-stream"
    SESSION_STREAM = "session-stream"

    @property
    def streams(self) -> bool:
        """Whether it carries WebSockets and answers piece by piece: nothing is buffered or cut after a while."""
        return self in (Access.BEARER_STREAM, Access.SESSION_STREAM)


@dataclass(frozen=True, kw_only=True)
class Match:
    """A path prefix (by whole segments); bearer: with a bearer token; events: a GET that asks for an event stream."""

    path: str
    bearer: bool = False
    events: bool = False


@dataclass(frozen=True, kw_only=True)
class RulePlan:
    """One rule of the route. rewrite: what replaces the matched prefix; None: it stays."""

    name: str
    access: Access
    matches: tuple[Match, ...]
    rewrite: str | None = None


def rules_of(backend: BackendSpec) -> Iterator[RulePlan]:
    """Every rule of the route to this backend, public ones first. The site's server asks by itself who somebody is."""
    if backend.site:
        paths = (backend.api_prefix, *backend.extra_prefixes)
        yield RulePlan(name=Access.PUBLIC, access=Access.PUBLIC, matches=tuple(Match(path=path) for path in paths))
        return
    streams = [_absolute(backend, path) for path in (*backend.auth.websocket, *backend.requests.streaming)]
    public = [_absolute(backend, path) for path in backend.auth.public]
    prefixes = [prefix for prefix in (backend.api_prefix, *backend.extra_prefixes) if prefix not in streams]
    private = [prefix for prefix in prefixes if prefix not in public]
    matches = {
        Access.PUBLIC: [Match(path=path) for path in public],
        Access.BEARER_STREAM: [
            *(Match(path=path, bearer=True) for path in streams),
            *(Match(path=path, bearer=True, events=True) for path in private),
        ],
        Access.SESSION_STREAM: [
            *(Match(path=path) for path in streams),
            *(Match(path=path, events=True) for path in private),
        ],
        Access.BEARER: [Match(path=path, bearer=True) for path in private],
        Access.SESSION: [Match(path=path) for path in private],
    }
    for access, found in matches.items():
        if found and backend.rewrite_prefix is None:
            yield RulePlan(name=access.value, access=access, matches=tuple(found))
        elif found:
            yield from _rewritten(backend, backend.rewrite_prefix or "/", access, found)


def _rewritten(backend: BackendSpec, prefix: str, access: Access, matches: list[Match]) -> Iterator[RulePlan]:
    """A rule for each match, as each is replaced by another path: the API prefix by this one, what follows it stays."""
    for number, match in enumerate(matches):
        own = match.path not in backend.extra_prefixes
        yield RulePlan(
            name=f"{access.value}-{number}" if number else access.value,
            access=access,
            matches=(match,),
            rewrite=(prefix.rstrip("/") + match.path.removeprefix(backend.api_prefix) or "/") if own else None,
        )


def _absolute(backend: BackendSpec, path: str) -> str:
    """A path of the entry as clients write it: below the API prefix, unless it is itself one of the extra prefixes."""
    return path if path in backend.extra_prefixes else backend.api_prefix + path
