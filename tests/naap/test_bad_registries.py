"""Kinds of bad registry, each with its error from the real program: entry, field, rule and fix; never a traceback."""

import io
import shutil
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.naap.running import ROOT, refused

Entries = dict[str, dict[str, Any]]
Spoil = Callable[[Entries], object]
REGISTRY = ROOT / "plugins" / "registry.yaml"


def wallet(**fields: Any) -> Spoil:
    """my-wallet with these fields."""
    return lambda entries: entries["my-wallet"].update(fields)


KINDS: dict[str, tuple[Spoil, str, str]] = {
    "a name that is no DNS label": (lambda e: e.update({"My_Wallet": e.pop("my-wallet")}), "My_Wallet", "DNS label"),
    "a name of the platform": (lambda e: e.update({"naap-x": e.pop("my-wallet")}), "naap-x", "platform's own"),
    "a field that nobody knows": (wallet(shrae=0.1), "shrae", "did you mean share?"),
    "a version that is none": (wallet(version="soon"), "version", "Semantic version"),
    "no version": (lambda e: e["my-wallet"].pop("version"), "version", "(missing)"),
    "an image without a tag": (wallet(image="ghcr.io/livepeer/naap-my-wallet"), "image", "tag"),
    "a backend without a port": (lambda e: e["my-wallet"].pop("port"), "port", "(missing)"),
    "a port out of range": (wallet(port=70_000), "port", "70000"),
    "a port that is text": (wallet(port="four thousand"), "port", "four thousand"),
    "a port that another has": (wallet(port=4000), "port", "base-svc has it"),
    "a prefix that another has": (wallet(apiPrefix="/api/v1/plugin-server"), "apiPrefix", "plugin-server has it"),
    "a prefix that is no path": (wallet(apiPrefix="wallet"), "apiPrefix", "wallet"),
    "a page that another has": (
        lambda e: e["my-wallet"]["frontend"].update(routes=list(e["community"]["frontend"]["routes"])),
        "routes",
        "has it",
    ),
    "a schema that another has": (
        lambda e: e["my-wallet"]["database"].update(schema="plugin_community"),
        "schema",
        "has it",
    ),
    "memory that no node has": (
        lambda e: e["my-wallet"].setdefault("resources", {}).update(memory="900Gi"),
        "memory",
        "fit on a node",
    ),
    "a share above the whole": (wallet(share=1.5), "share", "1.5"),
    "a call to nobody": (wallet(network={"calls": ["nobody"]}), "calls", "nobody"),
    "a lifecycle that is none": (wallet(lifecycle="asleep"), "lifecycle", "asleep"),
    "stopped though nobody counted": (wallet(lifecycle="stopped"), "lifecycle", "retire"),
    "a secret with a bad name": (wallet(secrets=["not a name"]), "secrets.0", "may be secret"),
    "neither backend nor frontend": (lambda e: e.update(empty={"version": "1.0.0"}), "empty", "a frontend, or both"),
}
TEXTS: dict[str, tuple[str, str]] = {
    "two entries of one name": ("plugins:\n  a: {version: 1.0.0}\n  a: {version: 1.0.0}\n", "a key stands once"),
    "no YAML": ("plugins: [\n", "YAML"),
    "no mapping": ("- a\n- b\n", "plugins"),
    "nothing": ("", "plugins"),
}


def validate(text: str, folder: Path) -> str:
    """What the program says against it."""
    shutil.copytree(ROOT / "plugins" / "manifests", folder / "manifests")
    file = folder / "registry.yaml"
    file.write_text(text)
    with redirect_stdout(io.StringIO()) as out:
        said = refused("plugin", "validate", "--registry", str(file))
    assert out.getvalue() == ""
    assert "Traceback" not in said
    assert "rule:" in said
    assert "fix:" in said
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_is_refused_with_field_rule_and_fix(kind: str, tmp_path: Path) -> None:
    spoil, field, word = KINDS[kind]
    content = yaml.safe_load(REGISTRY.read_text())
    spoil(content["plugins"])

    said = validate(yaml.safe_dump(content, sort_keys=False), tmp_path)

    assert field in said
    assert word in said


@pytest.mark.parametrize("kind", TEXTS)
def test_a_file_is_refused_with_rule_and_fix(kind: str, tmp_path: Path) -> None:
    text, word = TEXTS[kind]

    assert word in validate(text, tmp_path)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    content = yaml.safe_load(REGISTRY.read_text())
    content["plugins"]["my-wallet"].update(port=4000)
    content["plugins"]["developer-api"].update(version="soon")
    content["plugins"]["community"].update(shrae=1)

    said = validate(yaml.safe_dump(content, sort_keys=False), tmp_path)

    for part in ("my-wallet", "community", "developer-api", "shrae", "soon", "base-svc has it"):
        assert part in said
