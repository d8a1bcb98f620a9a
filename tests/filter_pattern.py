"""CloudWatch Logs' filter patterns for lines that are JSON, read as its user guide says ("Filter pattern syntax").

Of them, what this program uses: `{ }`, `&&`, `||`, parentheses, `=` with `*` for any text, IS NULL and NOT EXISTS.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

_TERM = re.compile(r'\$\.(?P<path>[\w.]+) (?:= "(?P<text>[^"]*)"|(?P<state>IS NULL|NOT EXISTS))')
_NOWHERE = object()


def matches(pattern: str, line: Mapping[str, Any]) -> bool:
    """Whether a line is counted. Raises ValueError for a pattern that isn't read here."""
    left = _TERM.sub(lambda term: str(int(_holds(term, line))), pattern.strip().removeprefix("{").removesuffix("}"))
    before = ""
    while left != before:
        before = left
        left = re.sub(r"\(\s*([01])\s*\)", r"\1", left)
        both = re.sub(r"([01])\s*&&\s*([01])", lambda two: str(int(two[1] == two[2] == "1")), left)
        if both == left:
            both = re.sub(r"([01])\s*\|\|\s*([01])", lambda two: str(int("1" in two.groups())), left)
        left = both
    if left.strip() not in ("0", "1"):
        raise ValueError(f"not read here: {pattern}")
    return left.strip() == "1"


def _holds(term: re.Match[str], line: Mapping[str, Any]) -> bool:
    value: object = line
    for name in term["path"].split("."):
        value = cast("Mapping[str, object]", value).get(name, _NOWHERE) if isinstance(value, Mapping) else _NOWHERE
    if term["state"]:
        return value is (None if term["state"] == "IS NULL" else _NOWHERE)
    return isinstance(value, str) and fnmatchcase(value, term["text"].replace("[", "[[]").replace("?", "[?]"))
