"""The rules of a plugin's route: which requests each takes, from the plugin's own entry only.

A request belongs to the longest path that matches, then to the rule with the most conditions. Rules that could tie
don't exist: within one path, each way of access has a number of conditions of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.inputs.registry.registry_entry import BackendSpec

CHANGES = ("POST", "PUT", "PATCH", "DELETE")
"""Methods of requests that change something."""


class Access(StrEnum):
    """Who may use a rule, and whether it streams; the values name the rules."""

    PUBLIC = "public"
    PUBLIC_STREAM = "public-stream"
    BEARER = "bearer"
    SESSION = "session"
    BEARER_STREAM = "bearer-stream"
    SESSION_STREAM = "session-stream"

    @property
    def streams(self) -> bool:
        """Whether it carries WebSockets and answers piece by piece: nothing is buffered or cut after a while."""
        return self in (Access.PUBLIC_STREAM, Access.BEARER_STREAM, Access.SESSION_STREAM)


@dataclass(frozen=True, kw_only=True)
class Match:
    """A path prefix (by whole segments); bearer: with a bearer token; events: a GET that asks for an event stream;
    method: None for every other."""

    path: str
    bearer: bool = False
    events: bool = False
    method: str | None = None


@dataclass(frozen=True, kw_only=True)
class RulePlan:
    """One rule of the route. rewrite: what replaces the matched prefix; None: it stays. token: whether `authorization`
    goes on to the service."""

    name: str
    access: Access
    matches: tuple[Match, ...]
    rewrite: str | None = None
    token: bool = True


def rules_of(backend: BackendSpec) -> Iterator[RulePlan]:
    """Every rule of the route to this backend, public ones first. The site's server asks by itself who somebody is, but
    where the entry has it guarded."""
    for access, found in _matches(backend).items():
        kept, changes = _by_token(backend, access, found)
        yield from _rules(backend, access, kept)
        yield from _rules(backend, access, changes, token=False)


def _matches(backend: BackendSpec) -> dict[Access, list[Match]]:
    site = backend.site
    guarded = site.guarded if site else ()
    prefixes = dict.fromkeys((backend.api_prefix, *backend.extra_prefixes, *guarded))
    streams = [_absolute(backend, path) for path in (*backend.auth.websocket, *backend.requests.streaming)]
    prefixes = [prefix for prefix in prefixes if prefix not in streams]
    if site:
        public = [path for path in prefixes if not _covered(path, guarded)]
        open_streams = [path for path in streams if not _covered(path, guarded)]
        events = [Match(path=path, events=True) for path in public]
    else:
        public = [_absolute(backend, path) for path in backend.auth.public]
        open_streams, events = [], []
    streams = [path for path in streams if path not in open_streams]
    private = [prefix for prefix in prefixes if prefix not in public]
    return {
        Access.PUBLIC: [Match(path=path) for path in public],
        Access.PUBLIC_STREAM: [*(Match(path=path) for path in open_streams), *events],
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


def _by_token(backend: BackendSpec, access: Access, matches: list[Match]) -> tuple[list[Match], list[Match]]:
    """What goes on with its token, and what without: changes, where the entry says so.

    On public paths only a token that the sign-in program took from a cookie: whoever writes one there writes it for the
    service, as a pipeline that publishes does.
    """
    if not backend.auth.identity_only:
        return matches, []
    sockets = [_absolute(backend, path) for path in backend.auth.websocket]
    changing = [match for match in matches if not match.events and match.path not in sockets]
    changes = [replace(match, method=method) for match in changing for method in CHANGES]
    stated = [replace(match, bearer=True) for match in changes] if access is Access.PUBLIC else []
    return [*matches, *stated], changes


def _rules(backend: BackendSpec, access: Access, matches: Sequence[Match], *, token: bool = True) -> Iterator[RulePlan]:
    """One rule; with a rewritten prefix one for each match, as each is replaced by another path: the API prefix by that
    one, what follows it stays."""
    name = access.value if token else f"{access.value}-change"
    if backend.rewrite_prefix is None:
        if matches:
            yield RulePlan(name=name, access=access, matches=tuple(matches), token=token)
        return
    prefix = backend.rewrite_prefix or "/"
    for number, match in enumerate(matches):
        own = match.path not in backend.extra_prefixes
        yield RulePlan(
            name=f"{name}-{number}" if number else name,
            access=access,
            matches=(match,),
            rewrite=(prefix.rstrip("/") + match.path.removeprefix(backend.api_prefix) or "/") if own else None,
            token=token,
        )


def _absolute(backend: BackendSpec, path: str) -> str:
    """A path of the entry as clients write it: below the API prefix, unless it is itself one of the extra prefixes."""
    return path if path in backend.extra_prefixes else backend.api_prefix.rstrip("/") + path


def _covered(path: str, parents: Sequence[str]) -> bool:
    return any(f"{path}/".startswith(f"{parent}/") for parent in parents)
