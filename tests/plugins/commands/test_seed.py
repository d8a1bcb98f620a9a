"""What the application's shell finds in its tables: the entries, as its own script would have written them."""

import json
import re
from typing import Any

import pytest

from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from plugins.commands.seed import seed_sql
from tests.planning.samples import altered
from tests.plugin_plans import entry, real_registry, registry_with
from tests.plugins.registries import parsed


def menu(registry: Registry) -> dict[str, dict[str, Any]]:
    """The rows of the first statement, by name."""
    (found,) = re.findall(r"jsonb_to_recordset\('(.*?)'\) AS entry\(", seed_sql(registry), re.DOTALL)
    return {row["name"]: row for row in json.loads(found.replace("''", "'"))}


def test_every_entry_with_a_frontend_is_a_row_at_its_own_version() -> None:
    rows = menu(real_registry())

    assert {*rows} == {
        *("myWallet", "myDashboard", "daydreamVideo", "community", "developerApi", "serviceGateway"),
        *("intelligentDashboard", "dashboardDataProvider"),
    }
    assert rows["community"]["bundleUrl"] == "/bundles/community/1.2.0/community.js"
    assert rows["daydreamVideo"]["version"] == "1.0.3"
    assert rows["daydreamVideo"]["globalName"] == "NaapPluginDaydreamVideo"
    assert rows["myWallet"]["routes"] == ["/wallet", "/wallet/*"]
    assert (rows["myWallet"]["icon"], rows["myWallet"]["order"]) == ("Wallet", 0)
    assert rows["myWallet"]["metadata"]["navigation"]["group"] == "user"


def test_a_plugin_without_pages_has_no_routes_by_which_the_shell_loads_it_for_everybody() -> None:
    assert menu(real_registry())["dashboardDataProvider"]["routes"] == []


def test_what_its_manifest_calls_core_is_in_everybodys_menu() -> None:
    assert {name for name, row in menu(real_registry()).items() if row["isCore"]} == {"community", "developerApi"}


def test_a_style_sheet_is_named_where_one_was_measured_for_this_version() -> None:
    wallet = entry("my-wallet")
    assert wallet.frontend
    build = {"gzipBytes": 1, "integrity": "sha384-" + "A" * 64, "styles": True}
    for version, styles in (("1.0.0", "/bundles/my-wallet/1.0.0/my-wallet.css"), ("0.9.0", None)):
        frontend = wallet.frontend.model_validate(
            {**wallet.frontend.model_dump(by_alias=True), "builds": {version: build}}
        )
        rows = menu(registry_with(altered(wallet, frontend=frontend)))
        assert rows["myWallet"]["stylesUrl"] == styles


@pytest.mark.parametrize(("step", "shown"), [(Lifecycle.DRAINING, True), (Lifecycle.STOPPED, False)])
def test_a_plugin_that_leaves_is_shown_while_it_is_served(step: Lifecycle, shown: bool) -> None:
    assert ("myWallet" in menu(registry_with(altered(entry("my-wallet"), lifecycle=step)))) is shown


def test_values_are_quoted() -> None:
    sql = seed_sql(
        registry_with(altered(entry("my-wallet"), display_name="O'Brien's')); DROP TABLE x; --")), "o'brien@x.example"
    )

    assert "O''Brien''s''))" in sql
    assert "email = 'o''brien@x.example'" in sql
    assert "email = ''o''''brien@x.example''" in sql


def test_without_the_shells_tables_there_is_nothing_to_write() -> None:
    alone = parsed({"gamma": {"version": "1.0.0", "frontend": {"bundle": "gamma.js", "routes": ["/gamma"]}}})
    with pytest.raises(InvalidInputError, match="no schema public"):
        seed_sql(alone)
