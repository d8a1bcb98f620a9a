"""The steps by which a plugin goes, and the gate before those that stop it."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from planning.inputs.registry.entry import Entry
from planning.inputs.registry.lifecycle import Lifecycle
from plugins.registry.validation_errors import Parts

STEPS = tuple(Lifecycle)
NEXT_STEP = dict(pairwise(STEPS))
NEEDS_NO_INSTALLS = frozenset({Lifecycle.STOPPED, Lifecycle.ARCHIVED})


def lifecycle_parts(entry: Entry) -> Iterator[Parts]:
    """Steps that the count of installs doesn't allow."""
    installs = entry.installs
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    if installs and installs.counted > tomorrow:
        yield "installs.counted", installs.counted, "a day that has been", "count again: naap plugin retire"
    if entry.lifecycle not in NEEDS_NO_INSTALLS:
        return
    if installs is None:
        yield (
            "lifecycle",
            entry.lifecycle,
            "stopped only after the platform's API counted no installs",
            "lifecycle: draining, then naap plugin retire NAME --api URL",
        )
    elif installs.active:
        yield (
            "lifecycle",
            entry.lifecycle,
            f"not while installs remain: {installs.active} on {installs.counted}",
            "lifecycle: draining, until they are gone; then naap plugin retire NAME --api URL",
        )
