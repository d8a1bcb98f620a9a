"""The program in the place of k8s-sidecar: files follow the keys of ConfigMaps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.live.images.collector import drop, put


def config_map(name: str, **data: str) -> dict[str, Any]:
    """One."""
    return {"metadata": {"name": name}, "data": data}


def files(folder: Path) -> Mapping[str, str]:
    """What is there."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_keys_become_files_and_go_with_what_had_them(tmp_path: Path) -> None:
    seen = dict[str, set[str]]()
    put(tmp_path, seen, config_map("a", **{"one.users": "1", "two.users": "2"}))
    put(tmp_path, seen, config_map("b", three="3"))
    assert files(tmp_path) == {"one.users": "1", "two.users": "2", "three": "3"}

    put(tmp_path, seen, config_map("a", **{"one.users": "changed"}))
    assert files(tmp_path) == {"one.users": "changed", "three": "3"}

    drop(tmp_path, seen, "a")
    assert files(tmp_path) == {"three": "3"}
