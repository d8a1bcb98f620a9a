"""Plain scalars of YAML, those without quotes: one that readers of YAML would take for different things is refused."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Literal, Self, TypeAlias, cast

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

Kind: TypeAlias = Literal["null", "bool", "int", "float", "date", "odd"]
"""What a plain scalar is that is no text. odd: something else than its own text to at least one reader of YAML."""

MERGE_KEY = "<<"
_PREFIX = "tag:yaml.org,2002:"
_IMPLICIT = cast("dict[str, list[tuple[str, re.Pattern[str]]]]", Resolver.yaml_implicit_resolvers)
_CASES = (str.lower, str.title, str.upper)
_CORE_TRUE, _CORE_FALSE, _OLD_TRUE, _OLD_FALSE = (
    frozenset(case(word) for word in words for case in _CASES)
    for words in (("true",), ("false",), ("yes", "on", "y"), ("no", "off", "n"))
)
_CORE_NULL = ("~", "Null", "NULL")
_WORDS: dict[str, Kind] = {
    **dict.fromkeys((*_CORE_TRUE, *_CORE_FALSE, *_OLD_TRUE, *_OLD_FALSE, *_CORE_NULL, MERGE_KEY, "="), "odd"),
    **dict.fromkeys(("", "null"), "null"),
    **dict.fromkeys(("true", "false"), "bool"),
}
_STARTS = frozenset("+-.0123456789")
_INT = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CORE_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CORE_BASES = {"0o": (8, re.compile(r"0o[0-7]+")), "0x": (16, re.compile(r"0x[0-9a-fA-F]+"))}
_MORE = re.compile(
    r"[-+]?(0[bBoOxX][0-9a-fA-F_]+|([0-9_]+(\.[0-9_]*)?|\.[0-9_]+)([eE][-+]?[0-9_]+)?)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
)
"""Numbers and dates of readers that follow neither version to the letter, such as Go's, which Pulumi uses."""
_MAX_SHOWN = 60
_INSTANT, _LONG, _TEXT = "a point in time", "a number of many digits", "text"


class WrittenFloat(float):
    """A number that remembers how it was written, so that errors don't make 1.1 of the version 1.10."""

    __slots__ = ("_text",)

    def __new__(cls, text: str) -> Self:
        """The number in a text."""
        found = super().__new__(cls, text)
        found._text = text
        return found

    def __repr__(self) -> str:
        return self._text


def kind_of(text: str) -> Kind | None:
    """What a plain scalar is to every reader of YAML; None: its own text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS:
        return None
    if _INT.fullmatch(text):
        return "int"
    if _FLOAT.fullmatch(text) and Decimal(repr(float(text))) == Decimal(text):
        return "float"
    if _DATE.fullmatch(text) and _date(text):
        return "date"
    odd = _old_tag(text) or _CORE_NUMBER.fullmatch(text) or _MORE.fullmatch(text) or _core(text) != _TEXT
    return "odd" if odd else None


def plain_value(kind: Kind, text: str) -> object:
    """The value of a plain scalar of a kind other than odd."""
    if kind == "int":
        return int(text)
    if kind == "float":
        return WrittenFloat(text) if repr(float(text)) != text else float(text)
    if kind == "date":
        return _date(text)
    return text == "true" if kind == "bool" else None


def rule_and_fix(text: str) -> tuple[str, str]:
    """Why an odd scalar is refused, and how to write what may be meant by it."""
    if text == MERGE_KEY:
        return "plain values only: no tags, no merge keys", "write the value out in full"
    old, new = _old(text), _core(text)
    takes = f"YAML 1.1 takes it for {old}, YAML 1.2 for {new}" if old != new else f"readers take it for {old}"
    if old == new == _TEXT:
        takes = "some readers take it for a number or a date"
    quoted = f'put it in quotes where text is meant: "{text}"' if len(text) <= _MAX_SHOWN else "put it in quotes"
    meant = [each for each in dict.fromkeys((new, old)) if kind_of(each) not in (None, "odd")]
    return (
        f"without quotes stand text, decimal numbers, true, false, null and dates, each in one way: {takes}",
        f"write {' or '.join(meant)}, or {quoted}" if meant else quoted,
    )


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _old_tag(text: str) -> str | None:
    for tag, pattern in _IMPLICIT.get(text[:1], ()):
        if pattern.match(text):
            return tag.removeprefix(_PREFIX)
    return None


def _old(text: str) -> str:
    """What YAML 1.1 takes a scalar for, in words or as it is written plainly."""
    if text in _OLD_TRUE or text in _OLD_FALSE:
        return "true" if text in _OLD_TRUE else "false"
    tag = _old_tag(text)
    if tag in ("int", "float"):
        try:
            node = yaml.ScalarNode(_PREFIX + tag, text)
            return _decimal(repr(SafeConstructor().construct_object(node)))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # untyped in PyYAML
        except (ValueError, OverflowError):
            return _TEXT
    return {None: _TEXT, "null": "null", "bool": text.lower(), "timestamp": _INSTANT}.get(tag, "a key of its own kind")


def _core(text: str) -> str:
    """What YAML 1.2's core schema takes a scalar for, in words or as it is written plainly."""
    if text in _CORE_NULL:
        return "null"
    if text in _CORE_TRUE or text in _CORE_FALSE:
        return text.lower()
    base, pattern = _CORE_BASES.get(text[:2], (10, _CORE_NUMBER))
    if pattern.fullmatch(text):
        if len(text) > _MAX_SHOWN:
            return _LONG
        return _decimal(str(int(text[2:], base)) if base != 10 else text)  # noqa: PLR2004  # the usual base
    return _decimal(text.replace(".", "")) if re.fullmatch(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text) else _TEXT


def _decimal(text: str) -> str:
    """A number in plain decimal digits, if they are not too many to write."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "a number"
    if not number.is_finite():
        return "infinity" if number.is_infinite() else "no number"
    if abs(number.adjusted()) > _MAX_SHOWN or len(text) > _MAX_SHOWN:
        return _LONG
    return str(int(number)) if number == number.to_integral_value() else format(number.normalize(), "f")
