"""The configuration of a run, as the engine hands it over."""

import asyncio
import json
from collections.abc import Iterator, Mapping

import pulumi
import pytest

from components.stack import read_stack
from planning.inputs.problem import InvalidInputError
from planning.inputs.settings_reader import parse_settings

ROOT = "the root secret of these tests: 0123456789"
VALUE = "a-value-that-nobody-may-see"
SECRETS = {"community": {"METABASE_KEY": VALUE}}


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    loop = asyncio.new_event_loop()  # outputs are made in the current one, and a test before may have closed its own
    asyncio.set_event_loop(loop)
    yield
    pulumi.runtime.set_all_config({}, [])
    loop.close()


def given(stated: Mapping[str, object], *, secret: tuple[str, ...]) -> None:
    """As the engine would: lists and mappings as JSON, and the keys that hold a secret."""
    texts = {f"naap:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in stated.items()}
    pulumi.runtime.set_all_config(texts, [f"naap:{key}" for key in secret])


def refused() -> str:
    """What is said against it; never a value."""
    with pytest.raises(InvalidInputError) as caught:
        read_stack("dev")
    assert ROOT not in str(caught.value)
    assert VALUE not in str(caught.value)
    return str(caught.value)


def test_secrets_are_apart_from_settings_and_known_by_name() -> None:
    given({"users": "1000", "rootSecret": ROOT, "secrets": SECRETS}, secret=("rootSecret", "secrets"))
    found = read_stack("dev")
    assert found.config == {"users": "1000"}
    assert found.secret_names == {"community": frozenset({"METABASE_KEY"})}
    assert VALUE not in repr(found)


@pytest.mark.parametrize("root", [None, "short"])
def test_a_root_secret_that_is_missing_or_weak_is_refused(root: str | None) -> None:
    given({} if root is None else {"rootSecret": root}, secret=("rootSecret",))
    assert "pulumi config set --secret naap:rootSecret" in refused()


def test_a_root_secret_in_clear_text_is_refused() -> None:
    given({"rootSecret": ROOT}, secret=())
    assert "--secret --path 'naap:rootSecret'" in refused()


def test_a_plugins_secret_in_clear_text_is_refused_with_the_command_that_sets_it() -> None:
    given({"rootSecret": ROOT, "secrets": SECRETS}, secret=("rootSecret",))
    assert "pulumi config set --stack dev --secret --path 'naap:secrets.community.METABASE_KEY'" in refused()


def test_a_pull_secret_that_pulls_nothing_is_refused_before_anything_is_made() -> None:
    secrets = {"community": {"IMAGE_PULL_SECRET": VALUE}}
    given({"rootSecret": ROOT, "secrets": secrets}, secret=("rootSecret", "secrets"))
    assert "Docker config.json" in refused()


@pytest.mark.parametrize("secrets", [{"community": VALUE}, VALUE, [VALUE]])
@pytest.mark.parametrize("secret", [("rootSecret",), ("rootSecret", "secrets")])
def test_a_secret_that_lacks_a_part_of_its_path_is_refused_and_never_shown(
    secrets: object, secret: tuple[str, ...]
) -> None:
    given({"rootSecret": ROOT, "secrets": secrets}, secret=secret)
    assert "below naap:secrets stand plugins" in refused()


def test_an_encrypted_setting_is_handed_on_without_its_value_and_refused() -> None:
    given({"alarmEmail": VALUE, "rootSecret": ROOT}, secret=("rootSecret", "alarmEmail"))
    config = read_stack("dev").config
    assert VALUE not in repr(config)
    with pytest.raises(InvalidInputError, match="pulumi config set --plaintext naap:alarmEmail") as caught:
        parse_settings(config, "Pulumi.dev.yaml")
    assert VALUE not in str(caught.value)
