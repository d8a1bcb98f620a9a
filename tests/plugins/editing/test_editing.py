"""Changes of the registry's text: one entry changes, every other byte stays."""

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.editing.text_edit import RegistryText
from tests.plugins.registries import REGISTRY

TEXT = """\
# yaml-language-server: $schema=registry.schema.json
# The head.

plugins:
  # About one.
  one:   # odd blanks    stay
    version: "1.0.0"    # quoted
    env: { A: "1",   B: '2' }

  # About two.
  # In two lines.
  two:
    version: 1.0.0
    frontend:
      bundle: two.js # its file
      routes:
        - /two # a route
        # a remark

  # About three.
  three:
    version: 1.0.0
# The tail.
"""


def edited(text: str = TEXT) -> RegistryText:
    return RegistryText(text=text, file="registry.yaml")


def test_a_new_entry_stands_at_the_end_and_nothing_else_changes() -> None:
    after = edited().append("four", {"version": "1.0.0", "network": {"calls": ["one"]}, "frontend": {"routes": ["/a"]}})
    assert after.startswith(TEXT.rstrip())
    tail = after[len(TEXT.rstrip()) :]
    lines = ["", "  four:", "    version: 1.0.0", "    network:", "      calls: [one]"]
    assert tail.splitlines()[1:] == [*lines, "    frontend:", "      routes:", "        - /a"]
    assert tail.endswith("/a\n")


def test_text_that_looks_like_something_else_is_quoted() -> None:
    after = edited().append("four", {"version": "1.0", "env": {"A": "yes", "B": "null", "C": "1", "D": "a: b # c"}})
    for line in ("version: '1.0'", "A: 'yes'", "B: 'null'", "C: '1'", "D: 'a: b # c'"):
        assert line in after


@pytest.mark.parametrize(
    "head",
    [
        "plugins:\n",
        "plugins: {}\n",
        "# c\nplugins: { } # none yet\n",
        "plugins: ~\n",
        "plugins: null",
        "---\n'plugins' : {\n} # none\n# c\n",
    ],
)
def test_the_first_entry_opens_the_registry(head: str) -> None:
    assert "plugins" in edited(head).append("one", {"version": "1.0.0"})
    assert edited(head).append("one", {"version": "1.0.0"}).endswith("\n\n  one:\n    version: 1.0.0\n")


def test_a_new_entry_is_indented_like_its_neighbours() -> None:
    after = edited("plugins:\n    one:\n        version: 1.0.0\n").append("two", {"version": "1.0.0"})
    assert after.endswith("\n\n    two:\n      version: 1.0.0\n")


def test_a_change_keeps_the_comments_of_its_entry_and_every_byte_outside() -> None:
    after = edited().change("two", {"frontend": {"gzipBytes": 5}})
    before_two, after_two = TEXT.split("  two:\n", maxsplit=1)[0], TEXT[TEXT.index("        # a remark") :]
    assert after.startswith(before_two)
    assert after.endswith(after_two)
    assert "bundle: two.js # its file" in after
    assert "- /two # a route" in after
    assert "      gzipBytes: 5\n" in after
    assert len(after.splitlines()) == len(TEXT.splitlines()) + 1


def test_a_change_of_nothing_changes_nothing_in_the_real_registry() -> None:
    text = REGISTRY.read_text()
    book = RegistryText(text=text, file="registry.yaml")
    for name in ("base-svc", "plugin-server", "my-wallet", "service-gateway", "intelligent-dashboard"):
        assert book.change(name, {}) == text


def test_removing_takes_the_entry_with_the_comments_above_it() -> None:
    after = edited().remove("two")
    assert "two" not in after.replace("In two lines", "")
    assert "In two lines" not in after
    assert "About one" in after
    assert "About three" in after
    assert edited().remove("three").startswith(TEXT[: TEXT.index("  # About three")].rstrip())


def test_removing_the_last_entry_leaves_an_empty_registry() -> None:
    after = edited("# head\nplugins:\n  one:\n    version: 1.0.0\n").remove("one")
    assert after == "# head\nplugins: {}\n"
    assert "two:" in edited(after).append("two", {"version": "1.0.0"})


def test_removing_the_last_entry_keeps_the_remarks_about_all_of_them() -> None:
    text = "plugins: # the list: all\n\n  # All of them.\n\n  # About one.\n  one:\n    version: 1.0.0\n...\n"
    after = edited(text).remove("one")
    assert after == "plugins: {} # the list: all\n\n  # All of them.\n\n...\n"
    assert "# All of them.\n\n  two:\n    version: 1.0.0\n...\n" in edited(after).append("two", {"version": "1.0.0"})


def test_values_are_set_and_removed_wherever_they_stand() -> None:
    """database.moveTo goes, .shard becomes 3, .movedFrom is new."""
    for before, after in (
        ("\n      shard: 1 # c\n      moveTo: 3\n", "\n      shard: 3 # c\n      movedFrom: 1\n"),
        (
            "\n      moveTo:\n        3\n      # c\n      shard: '1'\n",
            "\n      # c\n      shard: 3\n      movedFrom: 1\n",
        ),
        ("\n      shard: >-\n        1\n\n      moveTo: 3\n", "\n      shard: 3\n      movedFrom: 1\n\n"),
        ("\n      shard:\n", "\n      shard: 3\n      movedFrom: 1\n"),
        (" {moveTo: 3,shard: 1}\n", " {shard: 3, movedFrom: 1}\n"),
        (" { shard: 1,\n      moveTo: 3, # c\n    }\n", " { shard: 3, movedFrom: 1, # c\n    }\n"),
        (" {} # c\n", " {shard: 3, movedFrom: 1} # c\n"),
        (" ~ # c\n", " {shard: 3, movedFrom: 1} # c\n"),
    ):
        head = "plugins:\n  one: # one\n    database:"
        changes = {"database": {"shard": 3, "moveTo": None, "movedFrom": 1}}
        assert edited(head + before).change("one", changes) == head + after


def test_an_entry_behind_a_question_mark_is_left_to_people() -> None:
    with pytest.raises(InvalidInputError, match="begin the line with one:"):
        edited("plugins:\n  ? one\n  : version: 1.0.0\n").remove("one")


def test_entries_in_braces_are_left_to_people() -> None:
    for text in ("plugins: {one: {version: 1.0.0}}\n", "plugins:\n  one: {version: 1.0.0}\n"):
        with pytest.raises(InvalidInputError, match="block style"):
            edited(text).append("two", {"version": "1.0.0"})
