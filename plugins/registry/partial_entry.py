"""What can be read of an entry with wrong fields, so that rules which its other fields break are told with these."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError

from planning.inputs.registry.entry import Entry

_DECIDING = frozenset({"core", "catchAll", "freePaths", "site"})
"""Fields by which others are judged: without one of them a right field may look wrong."""
_STAND_INS: Mapping[str, Any] = {
    "version": "0.0.0",
    "image": "localhost/unread:0",
    "port": 65535,
    "frontend": {"bundle": "unread.js"},
}
"""In the place of fields that an entry needs, which then break no rule of others."""


@dataclass(frozen=True, kw_only=True)
class PartialEntry:
    """entry: without the fields that are wrong; wrong: these, at the top of the entry, of which no more is said."""

    entry: Entry
    wrong: frozenset[str]

    def says(self, field: str) -> bool:
        """Whether a rule's word on this field is one on what stands there."""
        return field.partition(".")[0] not in self.wrong


def partial_entry(value: object) -> PartialEntry | None:
    """Of an entry as the file has it; None: too little is right to be judged."""
    if not isinstance(value, Mapping):
        return None
    rest: dict[str, Any] = dict(copy.deepcopy(cast("Mapping[str, Any]", value)))
    wrong = set[str]()
    while True:
        try:
            entry = Entry.model_validate(rest, by_alias=True, by_name=False)
        except ValidationError as error:
            found = {str(item["loc"][0]) for item in error.errors(include_url=False) if item["loc"]} - wrong
            wrong |= found
            if not found or wrong & _DECIDING or ("apiPrefix" in wrong and "site" in rest):
                return None
            rest = {name: each for name, each in rest.items() if name not in wrong}
            rest |= {name: each for name, each in _STAND_INS.items() if name in wrong}
        else:
            return PartialEntry(entry=entry, wrong=frozenset(wrong)) if wrong else None
