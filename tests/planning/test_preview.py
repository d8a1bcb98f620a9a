"""Preview environments: copies of plugins under names of their own, which reach nothing that is another's."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from planning.inputs.field_types import Section
from planning.inputs.preview import Preview
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.pod_sections import Network
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings_reader import parse_settings
from planning.platform import plan_platform
from planning.preview import PreviewPlan, plan_preview
from planning.shared.derived_secrets import derive
from tests.planning.samples import ROOT_SECRET, altered, plugin, settings, three_plugins

UNTIL = datetime(2026, 12, 2, 6, tzinfo=UTC)
COPY = "pr-12-my-wallet"


def registry() -> Registry:
    found = three_plugins()
    base, wallet, community = found.plugins
    base = altered(base, core=True)
    wallet = altered(
        wallet,
        network=Network(calls=["base-svc", "community"], egress=["api.example.com:443"]),
        shared_secrets={"PEPPER": "base-svc"},
        derived_secrets=["SALT"],
        secrets=["API_KEY"],
    )
    return replace(found, plugins=(base, wallet, community, plugin("no-data")))


def preview(**stated: Any) -> Preview:
    known = {"name": "pr-12", "of": "dev", "plugins": ("my-wallet",), "until": UNTIL}
    return Preview.model_validate(known | stated)


def planned(stated: Preview | None = None, **settings_: object) -> PreviewPlan:
    return plan_preview(
        settings=settings(stated={"previews": True, **settings_}),
        preview=stated or preview(),
        registry=registry(),
        secret_names={"my-wallet": frozenset({"API_KEY"})},
    )


def test_a_copy_has_its_own_name_in_everything_that_has_names() -> None:
    plan = planned()
    (copy,) = plan.plugins
    assert copy.backend
    assert copy.database
    assert copy.routes
    assert plan.url == "https://pr-12.dev.naap.example"
    assert (copy.name, copy.namespace) == (COPY, f"plugin-{COPY}")
    assert copy.routes.hostname == "pr-12.dev.naap.example"
    assert copy.database.schema == "plugin_pr_12_my_wallet"
    assert copy.backend.uploads_prefix == f"_previews/{COPY}/"
    assert [user.access.split()[1] for user in plan.cache_users] == [f"~plugin:{COPY}:*"]


def test_a_copy_shares_no_name_no_role_and_no_prefix_with_any_plugin_of_its_stack() -> None:
    plan = planned()
    (copy,) = plan.plugins
    others = [one for one in plan.base.plugins if one.name != copy.name]
    assert {one.name for one in others} == {spec.name for spec in registry().plugins}
    assert copy.database
    for other in others:
        assert other.namespace != copy.namespace
        assert other.backend
        assert copy.backend
        assert not copy.backend.uploads_prefix.startswith(other.backend.uploads_prefix)
        if other.database:
            mine, theirs = copy.database, other.database
            assert not {mine.schema, mine.owner_role, mine.app_role, mine.ro_role, *vars(mine.aliases).values()} & {
                theirs.schema,
                theirs.owner_role,
                theirs.app_role,
                theirs.ro_role,
                *vars(theirs.aliases).values(),
            }


def test_a_copy_has_no_right_on_tables_of_others() -> None:
    (copy,) = planned().plugins
    assert copy.database
    assert (copy.database.grants, copy.database.member_of, copy.database.refers_to) == ((), (), ())


def test_a_copy_calls_core_services_by_the_gateway_and_no_other_plugin_of_its_stack() -> None:
    (copy,) = planned().plugins
    assert copy.backend
    assert copy.backend.isolation.granted == ()
    egress = str(copy.backend.isolation.own)
    assert "plugin-community" not in egress
    assert "plugin-base-svc" not in egress
    assert "naap-gateway" in egress


def test_copies_of_one_environment_call_each_other() -> None:
    wallet = next(one for one in planned(preview(plugins=("my-wallet", "community"))).plugins if one.name == COPY)
    assert wallet.backend
    assert [policy.namespace for policy in wallet.backend.isolation.granted] == ["plugin-pr-12-community"]


def test_secrets_of_other_entries_become_a_copy_s_own() -> None:
    (copy,) = planned().plugins
    assert copy.backend
    assert copy.backend.environment.shared == {}
    assert copy.backend.environment.derived == ("SALT", "PEPPER")
    mine, theirs = (derive(ROOT_SECRET, owner=owner, purpose="PEPPER") for owner in (COPY, "base-svc"))
    assert mine != theirs


def test_the_plan_of_the_stack_itself_is_what_it_is_without_previews() -> None:
    before = plan_platform(
        stack="dev",
        settings=settings(stated={"previews": True}),
        registry=registry(),
        secret_names={"my-wallet": frozenset({"API_KEY"})},
    )
    after = {one.name: one for one in planned().base.plugins}
    assert [after[one.name] for one in before.plugins] == list(before.plugins)


def test_one_that_ends_has_nothing_but_schemas_to_drop() -> None:
    plan = planned(preview(gone={COPY: 0}))
    assert (plan.plugins, plan.cache_users) == ((), ())
    (dropped,) = plan.dropped
    assert (dropped.schema, dropped.shard) == ("plugin_pr_12_my_wallet", 0)
    assert set(dropped.roles) >= {"pr_12_my_wallet_owner", "pr_12_my_wallet_app", "pr_12_my_wallet_ro"}


@pytest.mark.parametrize("stranger", ["my-wallet", "community", "pr-1-my-wallet", "pr-12"])
def test_nothing_but_its_own_is_ever_dropped(stranger: str) -> None:
    with pytest.raises(ValueError, match="not of the environment pr-12"):
        preview(gone={stranger: 0})


def test_no_preview_stands_on_production() -> None:
    production = settings(production=True, stated={"users": 1_000})
    with pytest.raises(InvalidInputError, match="stands on no production"):
        plan_preview(settings=production, preview=preview(of="prod"), registry=registry(), secret_names={})
    known = {"users": 1_000, "domain": "naap.example", "zoneId": "Z0123456789PROD", "regions": ["us-east-1"]}
    with pytest.raises(InvalidInputError, match=r"naap:previews[\s\S]*stands on no production"):
        parse_settings({**known, "production": True, "previews": True}, "Pulumi.prod.yaml")


def test_a_stack_says_that_previews_may_stand_on_it() -> None:
    with pytest.raises(InvalidInputError, match="naap:previews true, then pulumi up"):
        planned(previews=False)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"plugins": ("my-walet",)}, "one of base-svc, my-wallet, community, no-data"),
        ({"plugins": ("base-svc",)}, "core services are the platform's own"),
        ({"name": "a-long-name", "plugins": ("my-wallet",)}, None),
    ],
)
def test_what_can_not_be_copied_is_refused_with_the_way_out(stated: dict[str, Any], said: str | None) -> None:
    if said is None:
        assert planned(preview(**stated)).plugins
        return
    with pytest.raises(InvalidInputError, match=said):
        planned(preview(**stated))


def test_a_copy_is_small() -> None:
    (copy,) = planned().plugins
    original = next(one for one in planned().base.plugins if one.name == "my-wallet")
    assert copy.database
    assert original.database
    assert copy.database.clients < original.database.clients
    assert copy.spec.share < original.spec.share


def test_every_section_of_an_entry_is_one_that_a_copy_takes_a_stand_on() -> None:
    """A section that is new must be looked at: does a copy reach what is another's by it?"""
    sections = {
        name
        for name, field in type(registry().plugins[0]).model_fields.items()
        if any(isinstance(part, type) and issubclass(part, Section) for part in _types(field.annotation))
    }
    looked_at = {
        "auth", "cache", "canary", "database", "frontend", "installs", "network", "objective", "previous", "probes",
        "rate_limit", "requests", "resources", "scaling", "site",
    }  # fmt: skip
    assert sections == looked_at


def _types(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__args__", (annotation,))
