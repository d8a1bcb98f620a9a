"""What the rules say to people: catalogue.yaml, and the table of docs/policies.md made from it."""

from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True, kw_only=True)
class Description:
    """A rule in words: what it demands, why, how to mend a violation, and where it comes from (may be empty)."""

    id: str
    title: str
    why: str
    fix: str
    standard: str = ""


def load_catalogue() -> dict[str, Description]:
    """Every rule's description by its id."""
    return {rule_id: Description(id=rule_id, **fields) for rule_id, fields in yaml.safe_load(FILE.read_text()).items()}


def as_markdown(descriptions: dict[str, Description]) -> str:
    """The table of all rules."""
    rows = [
        f"| `{item.id}` | {item.title} | {item.why} | {item.fix} | {item.standard} |" for item in descriptions.values()
    ]
    head = ["| rule | what it demands | why | how to mend it | standard |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows]) + "\n"
