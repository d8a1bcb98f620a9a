"""Rules of the entry that is the site, and of whom a browser reaches at a path of it."""

from collections.abc import Iterator

from planning.edge.behaviours import plan_behaviours
from planning.inputs.problem import Problem
from planning.inputs.registry.entry import Entry
from plugins.registry.rules.cross import Entries
from plugins.registry.validation_errors import Parts


def site_parts(entry: Entry) -> Iterator[Parts]:
    """What is wrong with one entry as the site, or as none."""
    site = entry.site
    if site is None:
        if "/" in (prefix for _, prefix in entry.stated_prefixes()):
            yield "apiPrefix", "/", "the slash alone is the site's", "apiPrefix: /api/v1/<name>, or add site: {}"
        return
    if not entry.core:
        yield "site", "(present)", "only a core service is the site: every visitor meets it", "add core: true"
    if entry.api_prefix is None:
        if site.immutable:
            rule = "only a server has them: of files in the bucket, their upload says how long they last"
            yield "site.immutable", site.immutable[0], rule, "remove immutable"
        if site.guarded:
            yield "site.guarded", site.guarded[0], "only a server has them: files are open to all", "remove guarded"
    elif entry.api_prefix != "/":
        yield "apiPrefix", entry.api_prefix, "the site's server answers what is nobody else's", "apiPrefix: /"
    for field, stated in (
        ("auth.public", entry.auth.public),
        ("auth.websocket", entry.auth.websocket),
        ("rewritePrefix", entry.rewrite_prefix),
        ("auth.identityOnly", entry.auth.identity_only),
        ("catchAll", entry.catch_all),
    ):
        if stated:
            rule = "every path of the site is open to all as it is, and its server asks who they are by itself"
            yield field, "(present)", rule, f"remove {field}"
    if entry.firewall_exceptions:
        rule = "it has every path that is nobody else's: what is freed for it is freed for all"
        yield "firewallExceptions", entry.firewall_exceptions[0], rule, "remove firewallExceptions"
    if site.unsafe_inline and site.script_hashes:
        rule = "browsers ignore unsafeInline beside a hash"
        yield "site.unsafeInline", "true", rule, "remove unsafeInline, or scriptHashes"


def site_problems(entries: Entries) -> Iterator[Problem]:
    """What is wrong between entries as to who answers a path of the site."""
    yield from _one_site(entries)
    yield from _public_paths(entries)
    yield from _page_routes(entries)


def _one_site(entries: Entries) -> Iterator[Problem]:
    """A second entry that would be the site."""
    first, *others = [name for name, entry in entries.by_name.items() if entry.site] or [""]
    for name in others:
        yield entries.problem(name, "site", "(present)", f"one entry is the site: {first} is", "remove site")


def _public_paths(entries: Entries) -> Iterator[Problem]:
    """Paths with rules of their own below another entry's prefix: those would take them from that one."""
    owners = {prefix: name for name, entry in entries.by_name.items() for _, prefix in entry.stated_prefixes()}
    for name, entry in entries.by_name.items():
        parent = (entry.api_prefix or "").rstrip("/")
        for field, paths in (
            ("auth.public", entry.auth.public),
            ("auth.websocket", entry.auth.websocket),
            ("requests.streaming", entry.requests.streaming),
            ("site.guarded", entry.site.guarded if entry.site else ()),
        ):
            for path in paths:
                owner = _owner(owners, path if path in entry.extra_prefixes else f"{parent}{path}")
                if owner and owner != name:
                    yield entries.problem(name, field, path, f"{owner} answers there", f"remove {path}")


def _page_routes(entries: Entries) -> Iterator[Problem]:
    """Pages that a browser would never get, as something else answers for their paths."""
    behaviours = plan_behaviours(entries.by_name.values())
    for name, entry in entries.by_name.items():
        for route in entry.frontend.routes if entry.frontend else ():
            if found := behaviours.taken(route):
                who = "the gateway" if found.gateway else "the store of bundles"
                rule = f"a page of the shell: {who} answers {found.path}"
                yield entries.problem(name, "frontend.routes", route, rule, "choose another path")


def _owner(owners: dict[str, str], path: str) -> str | None:
    parts = path.split("/")
    parents = ("/".join(parts[:count]) for count in range(len(parts), 1, -1))
    return next((owners[parent] for parent in parents if parent in owners), None)
