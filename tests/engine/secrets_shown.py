"""Every secret of a rehearsal, and every place in which somebody could read one."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from tests.engine.checkout import STACK, Checkout

WRITTEN = frozenset({".log", ".events"})
"""Endings of the files that are there to be read."""

REPORT = "report.json"

_MARK = "plaintext"
"""Under which an export that shows secrets has each of them, as JSON."""

_DERIVED = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])")
"""What is derived from the root secret, 32 bytes as text: alone, or as the password in an address."""

_TELLING = ("PRIVATE KEY", "SCRAM-SHA-256$")
"""In texts that are secret as a whole."""


def secrets_of(checkout: Checkout) -> frozenset[str]:
    """Values of the configuration, and all that is derived and kept encrypted in the state.

    Not every text that is kept so: where one value of a chart is secret, the engine encrypts all of them.
    """
    said = checkout.pulumi("config", "--show-secrets", "--json", "--stack", STACK)
    assert said.returncode == 0, said.stderr
    configured = [entry for entry in json.loads(said.stdout).values() if entry["secret"]]
    texts = [text for entry in configured for text in _texts(entry.get("objectValue", entry["value"]))]
    kept = [text for resource in checkout.resources().values() for text in _kept(resource)]
    assert texts, "a root secret, and that of the odd one"
    derived = [found for text in kept for found in _DERIVED.findall(text)]
    whole = [text for text in kept if any(word in text for word in _TELLING)]
    assert len(derived) > len(texts)
    return frozenset((*texts, *derived, *whole))


def all_that_is_shown(checkout: Checkout) -> dict[str, str]:
    """Preview, export, outputs, report and logs, by what they are."""
    told = {
        "preview": checkout.pulumi("preview", "--diff", "--non-interactive"),
        "export": checkout.pulumi("stack", "export", "--stack", STACK),
        "outputs": checkout.pulumi("stack", "output", "--json", "--stack", STACK),
        "status": checkout.command("status"),
    }
    assert all(said.returncode == 0 for said in told.values())
    shown = [file for file in checkout.state.rglob("*") if file.suffix in WRITTEN or file.name == REPORT]
    files = [file for file in shown if file.is_file()]
    assert {"up.log", "up.events", REPORT} <= {file.name for file in files}
    return {name: said.stdout + said.stderr for name, said in told.items()} | {
        str(file): file.read_text(errors="replace") for file in files
    }


def _kept(value: object) -> Iterator[str]:
    """Texts of secrets anywhere in a resource, also as they are written within JSON."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if _MARK in fields:
            for text in _texts(json.loads(fields[_MARK])):
                yield from (text, json.dumps(text)[1:-1])
            return
        value = list(fields.values())
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _kept(item)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        items = cast("dict[str, object] | list[object]", value)
        for item in items.values() if isinstance(items, dict) else items:
            yield from _texts(item)
