"""Rules of an entry's canary."""

from collections.abc import Iterator
from itertools import pairwise

from planning.inputs.registry.entry import Entry
from plugins.registry.validation_errors import Parts


def canary_parts(entry: Entry) -> Iterator[Parts]:
    """Who can have none, and what a canary can't be."""
    canary = entry.canary
    if canary is None:
        return
    if entry.scaling.singleton:
        rule = "a singleton keeps state in its one pod: a second version would have a state of its own"
        yield "canary", "(present)", rule, "remove canary, or scaling.singleton"
    if entry.site:
        rule = "not of the site: a page and the files of its build come by requests of their own, which would mix"
        yield "canary", "(present)", rule, "remove canary"
    if not entry.lifecycle.serves:
        rule = f"{entry.lifecycle} has no pods: there is nothing to try"
        yield "canary", "(present)", rule, "remove canary: naap plugin abort NAME"
    if canary.weight and canary.image == entry.image:
        rule = "another image than the entry's own gets requests: a canary of the same is over"
        yield "canary.weight", canary.weight, rule, "name the version to try in canary.image, or weight: 0"
    for step, following in pairwise(canary.steps):
        if following <= step:
            rule = "steps rise"
            yield "canary.steps", f"{step}, then {following}", rule, "such as steps: [5, 25, 50]"
