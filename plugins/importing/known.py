"""Facts about the platform's own plugins that their manifests don't say (known.yaml)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from plugins.registry.strict_yaml import read_yaml

FACTS = Path(__file__).with_name("known.yaml")


@cache
def known_facts() -> Mapping[str, Mapping[str, Any]]:
    """Fields of entries by the plugin's name. Raises ValueError where the file is no table of them."""
    found, problems = read_yaml(FACTS.read_text(encoding="utf-8"), FACTS.name)
    if problems:
        raise ValueError(problems)
    return cast("Mapping[str, Mapping[str, Any]]", found)
