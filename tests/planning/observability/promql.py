"""The series that an expression asks for."""

import re

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTORS = re.compile(r"\{[^}]*\}")
_RANGES = re.compile(r"\[[^\]]*\]")
_LABELS = re.compile(r"\b(?:by|on|without|ignoring)\s*\([^)]*\)")
_NUMBERS = re.compile(r"\b\d[\w.]*")
_NAMES = re.compile(r"[a-zA-Z_:][\w:]*(?!\w*\s*\()")
_WORDS = {"and", "or", "unless", "bool"}


def series_in(expression: str) -> set[str]:
    """Names that are no functions, labels or operators."""
    text = expression
    for noise in (_STRINGS, _SELECTORS, _RANGES, _LABELS, _NUMBERS):
        text = noise.sub(" ", text)
    calls = set(re.findall(r"([a-zA-Z_]\w*)\s*\(", text))
    return set(_NAMES.findall(text)) - calls - _WORDS
