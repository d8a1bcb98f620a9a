"""YAML that people write by hand: what would be lost silently is refused, with its line."""

import pytest

from plugins.registry.strict_yaml import MAX_DEPTH, read_yaml


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("plugins:\n  a:\n    port: 1\n    port: 2\n", 4, "first on line 3"),
        ("plugins:\n  a: {}\n  a: {}\n", 3, "first on line 2"),
        ("plugins: {a: {x: 1, x: 2}}\n", 1, "first on line 1"),
        ("plugins:\n  a: &one {}\n  b: *one\n", 3, "alias"),
        ("plugins:\n  a:\n    <<: {x: 1}\n", 3, "merge key"),
        ("plugins: !!python/object/apply:os.system [id]\n", 1, "python"),
        ("plugins: !secret x\n", 1, "!secret"),
        ("plugins:\n  1: {}\n", 2, "1 as a key"),
        ("plugins:\n  [a]: {}\n", 2, "as a key"),
        ("plugins:\n  a: 2026-13-45\n", 2, "2026-13-45"),
        ("plugins: {}\n---\nplugins: {}\n", 2, "second document"),
        ("plugins:\n  a: [1, 2\n", 3, "expected"),
        ("plugins:\n\ta: 1\n", 2, "cannot start any token"),
        ("plugins: " + "[" * 60 + "]" * 60, 1, "deeper"),
        ("plugins: " + "[" * 50_000, 1, "deeper"),
        ("plugins: " + "[" * 5_000_000, 1, "deeper"),
        ("? " + "[" * 50_000, 1, "deeper"),
        ("- " * 5000, 1, "deeper"),
    ],
)
def test_what_would_be_lost_or_run_is_refused_with_its_line(text: str, line: int, word: str) -> None:
    _, problems = read_yaml(text, "registry.yaml")
    assert any(f"line {line}: " in problem.value and word in problem.value for problem in problems), problems


@pytest.mark.parametrize("char", "\0\x0b\x0c\x1c\x1d\x1e")
def test_characters_that_yaml_has_not_are_refused(char: str) -> None:
    """Among them those that end a line for Python and not for YAML: both count the same lines of what is left."""
    value, problems = read_yaml(f"plugins: # {char}", "registry.yaml")
    assert value is None
    assert "control characters" in problems[0].value


def test_two_duplicates_are_two_errors_and_the_rest_is_read() -> None:
    value, problems = read_yaml("a: 1\na: 2\nb: {c: 1, c: 2}\nd: 5\n", "f")
    assert [problem.entry for problem in problems] == ["a", "b"]
    assert value == {"a": 1, "b": {"c": 1}, "d": 5}


def test_values_are_those_of_any_yaml_reader() -> None:
    text = (
        "a: text\nb: \"1\"\nc: 1\nd: 1.5\ne: true\nf: null\ng: [x, {w: z}]\nh: |\n  two\n  lines\ni: !!str 5\nj: 'no'\n"
    )
    value, problems = read_yaml(text, "f")
    assert problems == []
    expected = {"a": "text", "b": "1", "c": 1, "d": 1.5, "e": True, "f": None, "g": ["x", {"w": "z"}]}
    assert value == {**expected, "h": "two\nlines\n", "i": "5", "j": "no"}


def test_depth_up_to_the_limit_is_read() -> None:
    _, problems = read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f")
    assert problems == []


def test_an_empty_text_is_nothing_at_all() -> None:
    assert read_yaml("", "f") == (None, [])
    assert read_yaml("# only a comment\n", "f") == (None, [])
