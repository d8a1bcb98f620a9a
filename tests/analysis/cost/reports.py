"""Small reports of AWS, in both of its forms. Columns: the data dictionaries of Data Exports (CUR 2.0) and of the older
Cost and Usage Reports, with split cost allocation data."""

import csv
import io
import json
from collections.abc import Iterable, Mapping

CLUSTER = "naap-dev-use1"
_OLDER = {
    "line_item_line_item_type": "lineItem/LineItemType",
    "line_item_product_code": "lineItem/ProductCode",
    "line_item_usage_type": "lineItem/UsageType",
    "line_item_operation": "lineItem/Operation",
    "line_item_usage_amount": "lineItem/UsageAmount",
    "line_item_unblended_cost": "lineItem/UnblendedCost",
    "line_item_usage_start_date": "lineItem/UsageStartDate",
    "line_item_usage_end_date": "lineItem/UsageEndDate",
    "line_item_resource_id": "lineItem/ResourceId",
    "split_line_item_split_cost": "splitLineItem/SplitCost",
    "split_line_item_unused_cost": "splitLineItem/UnusedCost",
    "user_environment": "resourceTags/user:Environment",
    "user_plugin": "resourceTags/user:Plugin",
}
Cells = Mapping[str, str]


def used(
    product: str, usage: str, amount: float, usd: float, *, kind: str = "Usage", stack: str | None = "dev"
) -> Cells:
    """A row of 73 hours, a tenth of an average month."""
    return {
        "line_item_line_item_type": kind,
        "line_item_product_code": product,
        "line_item_usage_type": usage,
        "line_item_operation": "",
        "line_item_usage_amount": str(amount),
        "line_item_unblended_cost": str(usd),
        "line_item_usage_start_date": "2026-10-01T00:00:00.000Z",
        "line_item_usage_end_date": "2026-10-04T01:00:00.000Z",
        "line_item_resource_id": "",
        **({"user_environment": stack} if stack else {}),
    }


def pod(plugin: str, split: float, unused: float, *, cluster: str = CLUSTER) -> Cells:
    """A pod's part of its node: the node has a row of its own, and this one costs nothing unblended."""
    return {
        **used("AmazonEKS", "USE1-EKS-EC2-vCPU-Hours", 1, 0, stack=None),
        "line_item_operation": "EKSPod-EC2",
        "line_item_resource_id": f"arn:aws:eks:us-east-1:123456789012:pod/{cluster}/plugin-{plugin}/{plugin}-1/uid",
        "split_line_item_split_cost": str(split),
        "split_line_item_unused_cost": str(unused),
    }


def newer(rows: Iterable[Cells]) -> str:
    """CUR 2.0: tags in one column."""
    columns = [name for name in _OLDER if not name.startswith("user_")]
    return _written(
        [*columns, "resource_tags"],
        [
            {name: row.get(name, "") for name in columns}
            | {"resource_tags": json.dumps({name: value for name, value in row.items() if name.startswith("user_")})}
            for row in rows
        ],
    )


def newest(rows: Iterable[Cells]) -> str:
    """CUR 2.0 with the column of all tags: the dictionary's own form of a resource's beside an account's."""
    columns = [name for name in _OLDER if not name.startswith("user_")]
    return _written(
        [*columns, "tags"],
        [{name: row.get(name, "") for name in columns} | {"tags": json.dumps(_every(row))} for row in rows],
    )


def _every(row: Cells) -> Mapping[str, str]:
    names = {name: name.removeprefix("user_").capitalize() for name in row if name.startswith("user_")}
    found = {f"resourceTags/{tag}": row[name] for name, tag in names.items()}
    return {**found, **{f"accountTag/{tag}": "another" for tag in names.values()}}


def older(rows: Iterable[Cells]) -> str:
    """A column a tag; times without fractions."""
    return _written(
        list(_OLDER.values()),
        [{_OLDER[name]: value.replace(".000Z", "Z") for name, value in row.items()} for row in rows],
    )


def _written(columns: list[str], rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
