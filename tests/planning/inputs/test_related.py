"""What one entry can't be planned without."""

from typing import Any

from planning.inputs.registry.entry import Entry
from planning.inputs.registry.related import related


def entry(schema: str = "", *, grants: str = "", **stated: Any) -> Entry:
    database: dict[str, Any] = {"schema": schema} if schema else {}
    if grants:
        database["grants"] = [{"schema": grants, "table": "things", "privileges": ["SELECT"]}]
    return Entry.model_validate({"version": "1.0.0", **({"database": database} if database else {}), **stated})


ENTRIES = {
    "base-svc": entry("public", core=True),
    "owner": entry("owner"),
    "reader": entry("reader", grants="owner", network={"calls": ["callee"]}),
    "second": entry("second", grants="reader"),
    "callee": entry("callee", grants="far"),
    "far": entry("far"),
    "caller": entry("caller", network={"calls": ["owner"]}),
    "stranger": entry("stranger"),
}


def test_an_entry_by_itself_needs_only_what_every_plan_needs() -> None:
    assert related(ENTRIES, "stranger") == {"stranger", "base-svc"}
    assert related(ENTRIES, "stranger", ["far"]) == {"stranger", "base-svc", "far"}


def test_whom_it_calls_and_whose_tables_it_reads_belong_to_it_and_so_on() -> None:
    assert {"callee", "far", "owner"} <= related(ENTRIES, "reader")


def test_what_waits_for_its_tables_belongs_to_it_and_who_calls_it() -> None:
    assert {"reader", "second", "caller"} <= related(ENTRIES, "owner")
    assert "stranger" not in related(ENTRIES, "owner")


def test_an_entry_that_cannot_be_read_is_named_where_another_refers_to_it() -> None:
    known = {name: found for name, found in ENTRIES.items() if name != "callee"}
    assert "callee" in related(known, "reader")
