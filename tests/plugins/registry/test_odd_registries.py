"""Every editing command on registries that are valid and written in uncommon ways: what it isn't about stays."""

import base64
import difflib
import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plugins.commands.installs_api import InstallsApi
from plugins.commands.registry import retire
from plugins.registry.strict_yaml import read_yaml
from tests.plugins.commands.test_registry import manifest, run
from tests.plugins.registries import DIGEST

TEXT = f"""\
# The head.
plugins:
  # About one.
  one:   # odd   blanks stay
    version: "1.0.0"    # quoted
    image: ghcr.io/livepeer/one:1.0.0@{DIGEST}
    port: 4001
    apiPrefix: /api/v1/one
    extraPrefixes:
    - /api/v1/one-ws # as far left as its key
    env: {{ A: "1",   B: '2' }}
    database: {{ schema: "plugin_one",   passwordGeneration: 2 }} # in braces

  # About two.

  # Directly above two.
  two:
    version: 1.0.0
    image: ghcr.io/livepeer/two:1.0.0@{DIGEST}
    port: 4002
    apiPrefix: /api/v1/two
    # About its frontend.
    frontend:
      bundle: two.js # its file
      routes: [/two,
        /two-b]  # over two lines
    lifecycle: "active"   # for now
    database:
      schema: plugin_two
      shard: 0 # pinned
    network:
      egress:
        - example.com # a host
        # a remark

  # About three.
  three:
    version: 1.0.0
    lifecycle: archived
    installs: {{active: 0, counted: 2026-01-31}}
    frontend:
      bundle: three.js
      routes:
        - /three
      # Its own remark.

  # About four.
  four:
    version: 1.0.0
    frontend: {{bundle: four.js, routes: [/four],}}
# The tail.
"""
LAST_OF_TWO = "      egress:\n        - example.com # a host\n        # a remark\n"


def with_env(value: str) -> str:
    """The text with an entry `two` that ends in a value of several lines."""
    return TEXT.replace(f"    network:\n{LAST_OF_TWO}\n", f"    env:\n      NOTE: {value}")


def indented(text: str) -> str:
    """With four columns for each level."""
    return "".join(
        " " * (len(line) - len(line.lstrip())) + line if line.strip() else line for line in text.splitlines(True)
    )


def without_four(text: str) -> str:
    """Up to the entry `three`, which is the last then, with pods."""
    backend = f"    image: ghcr.io/livepeer/three:1.0.0@{DIGEST}\n    port: 4003\n    apiPrefix: /api/v1/three\n"
    return text[: text.index("  # About four.")].rstrip() + f"\n{backend}"


ODD: Mapping[str, str] = {
    "plain": TEXT,
    "block text with what looks like a comment": with_env("|\n        text\n        # no comment\n\n"),
    "blank lines that are kept": with_env("|+\n        text\n\n\n"),
    "nothing but kept blank lines": with_env("|+\n\n\n"),
    "blanks within a block text": with_env("|\n        text\n          \n        more\n\n"),
    "blanks at the end of a block text": with_env("|\n        text\n          \n\n"),
    "deeper block text": with_env("|2-\n          text\n        # no comment\n\n"),
    "folded text": with_env(">-\n        one\n        # no comment\n\n        two\n\n"),
    "plain text over lines": with_env("one\n        two\n\n        three\n\n"),
    "quoted text over lines": with_env('"one\n        # two\n\n        three"\n\n'),
    "kept blank lines at the end": without_four(TEXT) + "    env:\n      NOTE: |+\n        text\n\n\n",
    "block text at the end": without_four(TEXT) + "    env:\n      NOTE: |\n        text\n        # no comment\n",
    "kept blank lines before the last": without_four(with_env("|+\n        text\n\n\n")),
    "a blank that is none": with_env('"a\\u2028b" # e\u00a0f\n\n'),
    "CRLF": TEXT.replace("\n", "\r\n"),
    "CR": TEXT.replace("\n", "\r"),
    "no final newline": TEXT.removesuffix("# The tail.\n").rstrip(),
    "no newline after a comment": TEXT.rstrip(),
    "blank lines at the end": TEXT + "\n\n",
    "tabs behind values": TEXT.replace(" # pinned", "\t# pinned").replace(": 4002", ": 4002\t"),
    "document marks": f"%YAML 1.1\n---\n{TEXT}...\n",
    "a document start": TEXT.replace("plugins:", "--- # here\nplugins:"),
    "quoted keys": TEXT.replace("  two:", '  "two":').replace("plugins:", "'plugins' :"),
    "quoted fields": TEXT.replace("lifecycle:", "'lifecycle' :").replace("database:", '"database":'),
    "names of nodes": TEXT.replace("  two:", "  two: &two").replace("shard: 0", "shard: &x 0"),
    "four columns": indented(TEXT),
    "a byte order mark": "\ufeff" + TEXT,
    "indented as a whole": "".join(f"   {line}" for line in TEXT.splitlines(True)),
    "comments at the left": TEXT.replace("    # About its", "# About its").replace("  # Directly", "# Directly"),
    "null where fields may come": TEXT.replace("    lifecycle: \"active\"   # for now", "    installs: null # none"),
    "nothing where fields may come": TEXT.replace("    lifecycle: \"active\"   # for now", "    installs: # none"),
    "an emoji": TEXT.replace("# odd", "# \U0001f600 odd"),
}  # fmt: skip


BUNDLE = b"console.log('two');"
BUILD = {
    "gzipBytes": len(gzip.compress(BUNDLE, 9, mtime=0)),
    "integrity": "sha384-" + base64.b64encode(hashlib.sha384(BUNDLE).digest()).decode(),
}


class Edit(NamedTuple):
    """A command, the entry and the section that it is about, what it sets there, and how many lines it may replace."""

    arguments: tuple[str, ...]
    name: str
    section: str
    fields: Mapping[str, object]
    lines: int = 0


EDITS: Mapping[str, Edit] = {
    "move": Edit(("move", "two", "--shard", "1"), "two", "database", {"moveTo": 1}),
    "pin": Edit(("pin", "one"), "one", "database", {"shard": 1}, 1),
    "rotate in braces": Edit(("rotate", "one"), "one", "database", {"passwordGeneration": 3}, 1),
    "rotate": Edit(("rotate", "two"), "two", "database", {"passwordGeneration": 2}),
    "bundle": Edit(("bundle", "BUNDLE", "two"), "two", "frontend", {"builds": {"1.0.0": BUILD}}),
    "bundle of another": Edit(("bundle", "BUNDLE", "three"), "three", "frontend", {"builds": {"1.0.0": BUILD}}),
}


def values(text: str) -> dict[str, Any]:
    found, problems = read_yaml(text.removeprefix("\ufeff"), "registry.yaml")
    assert problems == []
    return found["plugins"] or {}


def lost(before: str, after: str) -> list[str]:
    """Lines that are no more as they were."""
    pair = (before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line[2:] for line in difflib.ndiff(*pair) if line.startswith("- ")]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_bytes(text.encode())
    return path


def read(path: Path) -> str:
    return path.read_bytes().decode()


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("odd", ODD)
def test_an_edit_changes_what_it_is_about_and_nothing_else(tmp_path: Path, odd: str, edit: str) -> None:
    path, (arguments, name, section, fields, lines) = write(tmp_path, ODD[odd]), EDITS[edit]
    bundle = tmp_path / "bundle.js"
    bundle.write_bytes(BUNDLE)
    found = run(*(str(bundle) if word == "BUNDLE" else word for word in arguments), registry=path)
    assert found.returncode == 0, found.stderr
    expected = values(ODD[odd])
    expected[name][section].update(fields)
    after = values(read(path))
    assert after == expected
    # Where the file's last line had no end, it has one now.
    ends = 0 if ODD[odd].endswith(("\n", "\r")) else 1
    assert len(lost(ODD[odd], read(path))) <= lines + ends


class NoInstalls(InstallsApi):
    """A platform on which nobody has the plugin."""

    def count(self, name: str) -> int:  # noqa: ARG002
        return 0


@pytest.mark.parametrize("odd", ODD)
def test_a_retirement_changes_two_fields_and_nothing_else(tmp_path: Path, odd: str) -> None:
    path = write(tmp_path, ODD[odd])
    retire(path, "two", NoInstalls(url="https://naap.example"))
    after, expected = values(read(path)), values(ODD[odd])
    expected["two"].update(lifecycle="draining", installs=after["two"]["installs"])
    assert after == expected
    assert len(lost(ODD[odd], read(path))) <= 1
    assert ("# for now" in read(path)) == ("# for now" in ODD[odd])


@pytest.mark.parametrize("odd", ODD)
def test_a_removal_takes_the_entry_and_its_comments_and_nothing_else(tmp_path: Path, odd: str) -> None:
    text = ODD[odd]
    path = write(tmp_path, text)
    found = run("remove", "three", registry=path)
    assert found.returncode == 0, found.stderr
    assert values(read(path)) == {name: entry for name, entry in values(text).items() if name != "three"}
    gone = "".join(lost(text, read(path)))
    for word in ("About three", "three:", "three.js", "Its own remark"):
        assert word not in read(path)
    for word in ("About two", "a remark", "About four", "The tail"):
        assert word not in gone
    # Nothing was added, and no line end was changed.
    assert not [line for line in difflib.ndiff(text.splitlines(True), read(path).splitlines(True)) if line[0] == "+"]


@pytest.mark.parametrize("odd", ODD)
def test_an_addition_leaves_every_line_as_it_was(tmp_path: Path, odd: str) -> None:
    path = write(tmp_path, ODD[odd])
    found = run("add", manifest(tmp_path), registry=path)
    assert found.returncode == 0, found.stderr
    after = values(read(path))
    assert after.pop("new-one")["port"] == 4000
    assert after == values(ODD[odd])
    blank = [line for line in lost(ODD[odd], read(path)) if line.strip() and line.endswith(("\n", "\r"))]
    assert blank == []
    assert ("\r\n" in ODD[odd]) == ("\r\n" in read(path))
    assert ODD[odd].endswith("...\n") == read(path).endswith("...\n")


def test_a_text_that_would_grow_by_a_line_break_is_refused(tmp_path: Path) -> None:
    text = ODD["block text at the end"].removesuffix("\n")
    path = write(tmp_path, text)
    found = run("add", manifest(tmp_path), registry=path)
    assert found.returncode == 2
    assert "end the file with a line break" in found.stderr
    assert read(path) == text
