"""Names are of characters that people can see; tags of those that AWS takes."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.inputs.text_values import plain_number, tag_value, visible_name

UNSEEN = (
    "\u202e\u202a\u2066\u2069\u200e\u200f\u061c"  # order
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e"  # no width
    "\u00a0\u2003\u3000\u2028\u2029\u0085\t\n\x00\x1b\x7f"  # blanks and controls
    "\u115f\u1160\u3164\uffa0\u2800"  # letters and patterns of nothing
    "\ufe0f\U000e0100\U000e0041\ue000"  # selectors, tags, private use
)


@pytest.mark.parametrize("char", UNSEEN)
def test_a_name_with_a_character_that_people_cannot_see_is_refused_by_its_number(char: str) -> None:
    for check in (visible_name, tag_value):
        with pytest.raises(ValueError, match=rf"character 3 is U\+{ord(char):04X}"):
            check(f"My{char}Wallet")


@pytest.mark.parametrize(
    "name", ["My Wallet", "Æther & Co.", "財布", "मेरा बटुआ", "حافظة", "C++", "e\u0301te\u0301", "(v2)"]
)
def test_a_name_in_any_script_is_a_name(name: str) -> None:
    assert visible_name(name) == name


@pytest.mark.parametrize("name", [" My Wallet", "My Wallet ", " ", "-", "...", ""])
def test_a_name_of_nothing_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="at least one letter or number"):
        visible_name(name)


@given(st.text(max_size=20))
def test_a_name_that_passes_is_of_letters_marks_numbers_punctuation_and_plain_spaces(text: str) -> None:
    try:
        visible_name(text)
    except ValueError:
        return
    assert all(char in "+= " or unicodedata.category(char)[0] in "LMNP" for char in text)


@given(st.text(max_size=20))
def test_a_tag_that_passes_is_within_awss_pattern(text: str) -> None:
    """[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*, as IAM, EKS and ElastiCache state it."""
    try:
        tag_value(text)
    except ValueError:
        return
    assert all(char in "_.:/=+-@" or unicodedata.category(char)[0] in "LZN" for char in text)


@given(st.text(alphabet="0123456789_+-.eExob ", max_size=12))
def test_text_is_a_number_only_in_plain_decimal_digits(text: str) -> None:
    try:
        number = plain_number(text)
    except ValueError:
        assert not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text)
        return
    assert number == (float(text) if "." in text else int(text))
    assert not text.lstrip("-").startswith("0") or text.lstrip("-") == "0" or text.lstrip("-").startswith("0.")
