"""Secrets that an entry names must have values before anything is changed."""

from planning.inputs.configured_secrets import missing_secrets
from planning.inputs.registry.lifecycle import Lifecycle
from tests.planning.samples import altered
from tests.plugin_plans import entry, registry_with

NAMES = ("METABASE_KEY", "DAYDREAM_TOKEN")


def test_each_missing_secret_is_named_with_the_command_that_sets_it() -> None:
    registry = registry_with(altered(entry("community"), secrets=NAMES))
    (problem,) = missing_secrets(registry, {"community": frozenset({"METABASE_KEY"})}, "prod")
    assert problem.entry == "community"
    assert "DAYDREAM_TOKEN" in problem.value
    assert problem.fix == ("pulumi config set --stack prod --secret --path 'naap:secrets.community.DAYDREAM_TOKEN'")


def test_a_value_for_another_plugin_does_not_count() -> None:
    registry = registry_with(altered(entry("community"), secrets=NAMES))
    assert len(missing_secrets(registry, {"my-wallet": frozenset(NAMES)}, "dev")) == 2


def test_an_archived_plugin_needs_no_secret() -> None:
    gone = altered(entry("community"), secrets=NAMES, lifecycle=Lifecycle.ARCHIVED)
    assert missing_secrets(registry_with(gone), {}, "dev") == []
