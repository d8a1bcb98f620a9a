"""Text that people write into inputs: names that they can see, tags that AWS takes, numbers in plain digits."""

import re
import unicodedata

_KINDS = frozenset("LMNP")
"""Letters, marks, numbers, punctuation: the first letter of their Unicode category."""
_SYMBOLS = frozenset("+= ")
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point within L and M)."""
_TAG_SYMBOLS = frozenset("_.:/=+-@ ")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?")


def is_visible(char: str) -> bool:
    """Whether a character belongs in a name: not controls, marks of direction, what has no width, other blanks."""
    return char in _SYMBOLS or (unicodedata.category(char)[0] in _KINDS and not _INVISIBLE.match(char))


def visible_name(text: str) -> str:
    """The text, if people see all of it. Raises ValueError with the first character that is amiss."""
    for place, char in enumerate(text, start=1):
        if not is_visible(char):
            rule = "letters, marks, numbers, punctuation, + and =, and plain spaces only"
            raise ValueError(f"{rule}: character {place} is U+{ord(char):04X}")
    return _named(text)


def tag_value(text: str) -> str:
    """The text, if every AWS service takes it for a tag. Raises ValueError with the first character that is amiss.

    IAM, EKS and ElastiCache take the fewest: letters, numbers, spaces and _ . : / = + - @
    """
    for place, char in enumerate(text, start=1):
        if char not in _TAG_SYMBOLS and (unicodedata.category(char)[0] not in "LN" or _INVISIBLE.match(char)):
            rule = "AWS takes letters, numbers, spaces and _ . : / = + - @ in a tag"
            raise ValueError(f"{rule}: character {place} is U+{ord(char):04X}")
    return _named(text)


def _named(text: str) -> str:
    if text != text.strip() or not any(char.isalnum() for char in text):
        raise ValueError("at least one letter or number, and no space at either end")
    return text


def plain_number(value: object) -> object:
    """A number, also from text, as Pulumi hands scalars over. Raises ValueError for any other way to write one."""
    if isinstance(value, str):
        found = _DECIMAL.fullmatch(value)
        if found is None:
            raise ValueError("a number in plain decimal digits, as in 1000")
        return float(value) if found[2] else int(value)
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")  # noqa: TRY004  # pydantic collects ValueErrors only
    return value


def plain_truth(value: object) -> object:
    """True or false, also from text. Raises ValueError for any other way to say it."""
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("true or false, and no other word for them")
    return value == "true"
