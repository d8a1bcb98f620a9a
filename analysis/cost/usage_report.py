"""AWS's own report of what was used and what it cost (CUR): rows of a CSV export as what a comparison needs of them.

Both forms are read: CUR 2.0 (Data Exports), whose tags are one column of JSON (`resource_tags`, or `tags` with those of
accounts and others), and the older one, whose columns are `lineItem/UsageType` and `resourceTags/user:Plugin`; Athena
writes those as line_item_usage_type.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

REQUIRED = (
    "line_item_line_item_type",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_usage_amount",
    "line_item_unblended_cost",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_resource_id",
)
_TAG = "resource_tags"
_OF_RESOURCE = "resourceTags/"
_POD = re.compile(r":pod/(?P<cluster>[^/]+)/(?P<namespace>[^/]+)/")
"""Of a resource's id, of rows that split the cost of a node over its pods."""


@dataclass(frozen=True, kw_only=True)
class Pod:
    """Whose part of a node a row is."""

    cluster: str
    namespace: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """kind: the line item's type (Usage, Tax, ...). usd: unblended. amount: in the service's own unit.

    tags: of cost allocation, as CUR 2.0 writes their names (user_plugin). pod: whose part of a node it is, usd then the
    pod's part with that of what the node had left (split and unused cost): the node itself has a row of its own.
    """

    kind: str
    product: str
    usage: str
    amount: float
    usd: float
    begin: datetime
    end: datetime
    tags: Mapping[str, str]
    pod: Pod | None


def rows(lines: Iterable[str]) -> Iterator[Row]:
    """Raises ValueError, which says what is wrong with which line, and KeyError with the columns that are not there."""
    reader = csv.DictReader(lines)
    names = {name: _column(name) for name in reader.fieldnames or ()}
    missing = [name for name in REQUIRED if name not in names.values()]
    if missing:
        raise KeyError(", ".join(missing))
    for found in reader:
        cells = {names[name]: value or "" for name, value in found.items() if name in names}
        try:
            yield _row(cells)
        except ValueError as error:
            raise ValueError(f"line {reader.line_num}: {error}") from None


def _row(cells: Mapping[str, str]) -> Row:
    found = _POD.search(cells["line_item_resource_id"])
    split = (_number(cells.get(f"split_line_item_{name}_cost", "")) for name in ("split", "unused"))
    return Row(
        kind=cells["line_item_line_item_type"],
        product=cells["line_item_product_code"],
        usage=cells["line_item_usage_type"],
        amount=_number(cells["line_item_usage_amount"]),
        usd=sum(split) if found else _number(cells["line_item_unblended_cost"]),
        begin=_time(cells["line_item_usage_start_date"]),
        end=_time(cells["line_item_usage_end_date"]),
        tags=_tags(cells),
        pod=Pod(**found.groupdict()) if found else None,
    )


def _column(name: str) -> str:
    """`lineItem/UsageType`, `resourceTags/user:CostCenter` as line_item_usage_type, resource_tags_user_cost_center."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[/:_]+", "_", words).lower()


def _tags(cells: Mapping[str, str]) -> Mapping[str, str]:
    nested = _map(cells, _TAG)
    # In `tags` a tag of a resource is resourceTags/Plugin, beside accountTag/Plugin.
    every = {key.partition("/")[2]: value for key, value in _map(cells, "tags").items() if key.startswith(_OF_RESOURCE)}
    nested |= {f"user_{_column(key).removeprefix('user_')}": value for key, value in every.items()}
    flat = {name.removeprefix(f"{_TAG}_"): value for name, value in cells.items() if name.startswith(f"{_TAG}_")}
    return nested | {name: value for name, value in flat.items() if value}


def _map(cells: Mapping[str, str], column: str) -> dict[str, str]:
    text = cells.get(column, "")
    return {str(key): str(value) for key, value in json.loads(text).items()} if text else {}


def _number(text: str) -> float:
    return float(text) if text else 0.0


def _time(text: str) -> datetime:
    """Without its zone, which is UTC: `2026-10-01T00:00:00Z`, `2026-10-01 00:00:00.000`."""
    return datetime.fromisoformat(text.removesuffix("Z").removesuffix(" UTC")).replace(tzinfo=None)
