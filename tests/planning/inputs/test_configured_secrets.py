"""Secrets that an entry names must have values before anything is changed."""

import json

import pytest

from planning.inputs.configured_secrets import missing_secrets, wrong_pull_secrets
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


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        "",
        "[]",
        '{"credsStore": "desktop"}',
        '{"auths": {}}',
        '{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}',
        '{"auths": {"ghcr.io": {"auth": "hunter2"}}}',
        '{"auths": {"ghcr.io": {"auth": "aHVudGVyMg=="}}}',
        '{"auths": {"ghcr.io": {"username": "me"}}}',
        '{"auths": ["ghcr.io"]}',
    ],
)
def test_what_no_image_can_be_pulled_by_is_refused_and_not_shown(value: str) -> None:
    (problem,) = wrong_pull_secrets({"community": {"IMAGE_PULL_SECRET": value}}, "dev")
    assert problem.field == "naap:secrets.community.IMAGE_PULL_SECRET"
    assert "hunter2" not in str(problem)
    assert "aHVudGVyMg" not in str(problem)


@pytest.mark.parametrize("stated", [{"auth": "bWU6aHVudGVyMg=="}, {"username": "me", "password": "hunter2"}])
def test_a_docker_configuration_with_credentials_is_taken(stated: dict[str, str]) -> None:
    text = json.dumps({"auths": {"ghcr.io": stated}})
    assert wrong_pull_secrets({"community": {"IMAGE_PULL_SECRET": text, "OTHER": "no JSON"}}, "dev") == []
