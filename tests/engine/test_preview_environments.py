"""A preview environment in a rehearsal of dev, by its commands: made beside it, renewed, ended by the clock, all gone.

The tests are chapters: each goes on where the last one stopped.
"""

import json
from typing import Any

import pytest

from tests.engine.checkout import Checkout, Said
from tests.engine.cluster_objects import api_of, in_the_cluster

COPY, SPACE = "pr-12-my-wallet", "plugin-pr-12-my-wallet"
LATER = "2036-01-01T00:00:00"


@pytest.fixture(scope="module")
def dev(checkout: Checkout) -> Checkout:
    """Up, and ready for previews."""
    checkout.set_config(previews=True, monthlyBudgetUsd=None)
    checkout.up()
    return checkout


def env(dev: Checkout, *arguments: str) -> Said:
    """`naap env ...` as a person types it in the rehearsal's own shell."""
    return dev.naap_in_shell("env", *arguments)


def answer(dev: Checkout, *arguments: str) -> Any:
    said = env(dev, *arguments, "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    return json.loads(said.stdout)


def of_previews(dev: Checkout) -> set[tuple[str, str, str]]:
    return {key for key in in_the_cluster(api_of(dev.state / "clusters.json")) if "pr-12" in f"{key[1]} {key[2]}"}


def test_a_wrong_name_life_or_plugin_is_told_before_anything_is_made(dev: Checkout) -> None:
    for arguments in (
        ("new", "PR_12", "--plugins", "my-wallet"),
        ("new", "pr-12", "--plugins", "my-wallet", "--ttl", "9d"),
        ("new", "pr-12", "--plugins", "base-svc"),
        ("end", "pr-12"),
    ):
        said = env(dev, *arguments)
        assert said.returncode == 2, said.stdout + said.stderr
        assert "fix:" in said.stderr
    assert answer(dev, "list") == []


def test_one_is_made_with_its_own_namespace_schema_and_address(dev: Checkout) -> None:
    made = answer(dev, "new", "pr-12", "--ttl", "2h", "--plugins", "my-wallet", "--at", "2035-12-31T06:00:00")
    assert made["url"] == "https://pr-12.dev.naap.example"
    assert made["until"] == "2035-12-31T08:00:00+00:00"

    kinds = {(kind, space) for kind, space, _ in of_previews(dev)}
    assert kinds >= {
        ("Namespace", ""),
        ("Deployment", SPACE),
        ("HTTPRoute", SPACE),
        ("NetworkPolicy", SPACE),
        ("ConfigMap", "naap-pooler"),
        ("Job", "naap-schema"),
    }
    (listed,) = answer(dev, "list", "--at", "2035-12-31T07:00:00")
    assert (listed["name"], listed["plugins"], listed["past"]) == ("pr-12", ["my-wallet"], False)
    assert listed["schemas"] == {COPY: 0}


def test_dev_itself_has_nothing_to_do_and_knows_nothing_of_it(dev: Checkout) -> None:
    said = dev.command("preview")
    assert said.returncode == 0, said.stderr
    assert dev.steps("preview") == []


def test_the_same_again_renews_its_end_and_changes_nothing_else(dev: Checkout) -> None:
    before = of_previews(dev)
    made = answer(dev, "new", "pr-12", "--ttl", "3h", "--plugins", "my-wallet", "--at", "2035-12-31T06:30:00")
    assert made["until"] == "2035-12-31T09:30:00+00:00"
    assert of_previews(dev) == before


def test_one_that_has_time_left_stays(dev: Checkout) -> None:
    assert answer(dev, "prune", "--at", "2035-12-31T09:00:00") == {"ended": [], "failed": []}
    assert of_previews(dev)


def test_one_past_its_time_goes_with_all_that_it_had_and_dev_stays_as_it_is(dev: Checkout) -> None:
    before = dev.resources()
    said = env(dev, "prune", "--at", LATER, "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout) == {"ended": ["pr-12"], "failed": []}
    assert f"drop-{COPY}" in said.stderr or "DropJob" in said.stderr, "its schema is dropped"

    assert of_previews(dev) == set()
    assert answer(dev, "list") == []
    stacks = json.loads(dev.pulumi("stack", "ls", "--json").stdout)
    assert [(one["name"].rpartition("/")[2], one["current"]) for one in stacks] == [("dev", True)], "still selected"
    assert not list(dev.state.rglob("Pulumi.dev.pr-12.yaml"))
    assert dev.resources() == before


def test_to_end_one_that_is_gone_is_no_mistake_where_that_is_said(dev: Checkout) -> None:
    assert answer(dev, "end", "pr-12", "--if-there") == {"ended": []}
