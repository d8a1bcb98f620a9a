"""Rules of what browsers load and show."""

from collections.abc import Iterator

from planning.site_paths import taken
from plugins.report import Parts
from plugins.schema import Entry


def frontend_parts(entry: Entry) -> Iterator[Parts]:
    """Pages that a browser would never get, as something else answers for their paths."""
    for route in entry.frontend.routes if entry.frontend else ():
        if found := taken(route):
            who = "the gateway" if found.gateway else "the store of bundles"
            yield "frontend.routes", route, f"a page of the shell: {who} answers {found.path}", "choose another path"


def build_parts(entry: Entry) -> Iterator[Parts]:
    """A version that nobody measured, though others were: its bundle may never have been uploaded."""
    builds = entry.frontend.builds if entry.frontend else {}
    if builds and entry.version not in builds:
        yield (
            "version",
            entry.version,
            "where bundles were measured, the version is one of them",
            f"python -m plugins bundle BUNDLE.js, or one of: {', '.join(builds)}",
        )
