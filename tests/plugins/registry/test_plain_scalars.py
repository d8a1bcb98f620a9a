"""What stands without quotes is read as YAML 1.2's core schema has it and as YAML 1.1 has it, or it is refused."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from plugins.editing.yaml_dump import in_lines
from plugins.registry.plain_scalar import kind_of
from plugins.registry.strict_yaml import read_yaml

ODD = (
    "04111",
    "0755",
    "0x1F90",
    "-0x1F",
    "0X1F",
    "0o17",
    "0b101",
    "1_000",
    "1_0.5",
    "1:30",
    "190:20:30.15",
    "+5",
    "-0",
    "00",
    "089",
    "1e3",
    "1.5e+3",
    ".5",
    "1.",
    "+.5",
    "1e400",
    ".inf",
    "-.INF",
    ".NaN",
    "yes",
    "No",
    "ON",
    "off",
    "y",
    "N",
    "True",
    "FALSE",
    "~",
    "Null",
    "NULL",
    "=",
    "2026-1-5",
    "2026-13-45",
    "2026-01-31T10:00:00Z",
    "123456789012345678901",
    "0.30000000000000000001",
)
"""One of each kind that some reader takes for something else than another does, or than it looks like."""
NO_VALUE = object()
PLAIN: dict[str, Any] = {
    "": None,
    "null": None,
    "true": True,
    "false": False,
    "0": 0,
    "-7": -7,
    "4111": 4111,
    "0.5": 0.5,
    "1.10": 1.1,
    "-0.0": 0.0,
    "2026-01-31": dt.date(2026, 1, 31),
    "1.0.0": "1.0.0",
    "10.0.0.0/8": "10.0.0.0/8",
    "noon": "noon",
    "Yesterday": "Yesterday",
    "nullable": "nullable",
    "1.2.3-rc.1": "1.2.3-rc.1",
    "256Mi": "256Mi",
    "-x": "-x",
    "12-34": "12-34",
}
NUMBERS = (
    r"[-+]?0?[0-9_]{1,20}",
    r"[-+]?0[xXoObB][0-9a-fA-F_]{1,8}",
    r"[-+]?[0-9]{0,3}\.[0-9_]{0,4}([eE][-+]?[0-9]{1,3})?",
    r"[-+]?[0-9]{1,3}[eE][-+]?[0-9]{1,3}",
    r"[-+]?[0-9]{1,3}(:[0-5]?[0-9]){1,2}(\.[0-9]{0,2})?",
    r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)",
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z?)?",
)
WORDS = ("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf", "~", "none", "=", "<<")


def cased(word: str, case: Callable[[str], str]) -> str:
    return case(word)


CASES = st.sampled_from((str.lower, str.upper, str.title, str.swapcase))
SCALARS: st.SearchStrategy[str] = st.one_of(
    *(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True) for pattern in NUMBERS),
    st.builds(cased, st.sampled_from(WORDS), CASES),
    st.text(alphabet="0123456789_+-.:eExXoObBaAfFnNyYtTZ~", min_size=1, max_size=12),
    st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12),
)


CORE: tuple[tuple[str, Callable[[str], Any]], ...] = (
    (r"null|Null|NULL|~|", lambda _: None),
    (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    (r"[-+]?[0-9]+", int),
    (r"0o[0-7]+", lambda text: int(text[2:], 8)),
    (r"0x[0-9a-fA-F]+", lambda text: int(text[2:], 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    (r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN", lambda text: float(text.replace(".", ""))),
    (r".*", str),
)
"""The table of YAML 1.2.2, section 10.3.2: the first pattern that a plain scalar matches says what it is."""


def core(text: str) -> Any:
    """A plain scalar by the core schema."""
    return next(made(text) for pattern, made in CORE if re.fullmatch(pattern, text, re.DOTALL))


def yaml_1_1(text: str) -> Any:
    """As PyYAML reads it, with the two booleans of YAML 1.1 that it leaves out."""
    if text in "yYnN" and text:
        return text in "yY"
    return yaml.safe_load(f"k: {text}\n")["k"]


def ruamel_1_2(text: str) -> Any:
    """As ruamel reads it, by version 1.2."""
    reader = YAML(typ="safe", pure=True)
    return reader.load(f"k: {text}\n")["k"]  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel


def is_one_plain_scalar(text: str) -> bool:
    """Whether the text, behind a key, is a plain scalar and nothing but that."""
    try:
        found = [event for event in yaml.parse(f"k: {text}\n") if isinstance(event, yaml.ScalarEvent)]
    except yaml.YAMLError:
        return False
    return len(found) == 2 and found[1].value == text and found[1].style is None


def same(value: Any, other: Any) -> bool:
    """Equal and of one kind; what is a date to some readers is its own text to the others."""
    if isinstance(value, dt.date) and isinstance(other, str):
        return value.isoformat() == other
    return value == other and isinstance(other, float if isinstance(value, float) else type(value))


def readings(text: str) -> list[Any]:
    """What the two versions make of it."""
    found = [core(text)]
    try:
        found.append(yaml_1_1(text))
    except (ValueError, OverflowError, yaml.YAMLError):
        found.append(NO_VALUE)  # PyYAML knows what 0x_, 2026-13-45 and = are, and no value for them
    return found


def both_versions_agree(text: str, value: Any) -> None:
    for other in (*readings(text), ruamel_1_2(text)):
        assert same(value, other), (text, value, other)


@given(SCALARS)
@example("04111")
@example("1.10")
@example("-0.0")
@example("9" * 18)
@example("9" * 19)
@example("9" * 5000)
@example("0." + "3" * 400)
@example("0x" + "f" * 5000)
@example("0o" + "7" * 5000)
@example("1e" + "9" * 30)
@example("2024-02-29")
@example("2023-02-29")
def test_a_plain_scalar_is_what_both_versions_say_or_it_is_refused_in_the_sources_own_words(text: str) -> None:
    assume(is_one_plain_scalar(text))
    value, problems = read_yaml(f"k: {text}\n", "f")
    if not problems:
        both_versions_agree(text, value["k"])
        return
    assert value == {"k": None}
    (problem,) = problems
    shown = text if len(text) <= 60 else text[:60] + "..."
    assert problem.value in (f"line 1: {shown}", "line 1: the merge key <<")
    # What it says to write is read without an error, and is what one of the versions makes of the source.
    stated = re.match(r"write (\S+?)(?: or (\S+?))?,", problem.fix)
    for offer in stated.groups() if stated else ():
        if offer is not None:
            found, wrong = read_yaml(f"k: {offer}\n", "f")
            assert not wrong
            assert any(found["k"] == other for other in readings(text) if not isinstance(other, str)), (text, offer)


@given(SCALARS)
def test_a_plain_scalar_passes_only_where_both_versions_agree(text: str) -> None:
    """The other way round: where the two differ, nothing passes."""
    assume(is_one_plain_scalar(text))
    one, other = readings(text)
    if not same(one, other) and not same(other, one):
        assert kind_of(text) == "odd"


@pytest.mark.parametrize("text", ODD)
def test_each_kind_of_surprise_is_refused_as_value_and_as_key(text: str) -> None:
    for source in (f"k: {text}\n", f"k: [{text}]\n", f"{text}: 1\n"):
        _, (problem,) = read_yaml(source, "f")
        assert text in problem.value
        assert "quotes" in problem.fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("04111", "write 4111 or 2121, or"),
        ("0x1F90", "write 8080, or"),
        ("1_000", "write 1000, or"),
        ("12:30", "write 750, or"),
        ("0o17", "write 15, or"),
        ("1.5e+3", "write 1500, or"),
        (".5", "write 0.5, or"),
        ("yes", "write true, or"),
        ("~", "write null, or"),
        (".inf", "put it in quotes"),
    ],
)
def test_a_surprise_is_answered_with_the_plain_way_to_write_what_is_meant(text: str, fix: str) -> None:
    _, (problem,) = read_yaml(f"k: {text}\n", "f")
    assert problem.fix.startswith(fix)
    assert problem.fix.endswith(f'put it in quotes where text is meant: "{text}"')


@pytest.mark.parametrize("text", PLAIN)
def test_what_every_reader_takes_alike_needs_no_quotes(text: str) -> None:
    value, problems = read_yaml(f"k: {text}\n", "f")
    assert problems == []
    assert same(value["k"], PLAIN[text])


@given(SCALARS)
@example("no")
@example("2026-01-31")
def test_text_that_the_platform_writes_is_read_as_the_same_text_by_every_reader(text: str) -> None:
    assume(text.isprintable())
    written = in_lines({"k": text}, column=0, line_break="\n")
    assert read_yaml(written, "f") == ({"k": text}, [])
    assert yaml.safe_load(written) == {"k": text}
    assert YAML(typ="safe", pure=True).load(written) == {"k": text}  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel


@pytest.mark.parametrize("char", "\x85\u2028\u2029\u202a\u202e\u2066\u2069")
def test_lines_and_order_that_people_do_not_see_are_refused(char: str) -> None:
    """A comment ends at U+2028 for YAML 1.1: what looks like its rest would be read."""
    value, (problem,) = read_yaml(f"a: 1\r\nb: 2 # remark{char}port: 80\n", "f")
    assert value is None
    assert problem.value.startswith(f"line 2: U+{ord(char):04X}")
    assert len(read_yaml(char * 1_000_000, "f")[1]) == 20
    assert read_yaml(f'b: "\\u{ord(char):04x}"\n', "f") == ({"b": char}, [])
