"""URNs and inputs of every environment are those that are written down: a change of them is meant, and is seen."""

import pytest
import yaml

from tests.build.conftest import Builder
from tests.build.environments import TIERS, Environment
from tests.build.listing import ENVIRONMENTS, FILE, differences, digests, list_resources, listing_of


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda found: f"{found.stack}-{found.users}")
def test_urns_and_inputs_are_those_of_the_listing(environment: Environment, built: Builder) -> None:
    written = yaml.safe_load(FILE.read_text())[f"{environment.stack}-{environment.users}"]
    known = listing_of(built(environment).update.records) if environment in TIERS else list_resources(environment)
    assert digests(known) == written, (
        "what differs: python -m tests.build.listing --against REV; if it is meant: python -m tests.build.listing"
    )


def test_what_comes_goes_and_changes_is_told_by_urn() -> None:
    before = {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {}}
    after = {"b": {"x": 1, "z": 3}, "c": {}, "d": {}}
    assert list(differences(before, after)) == ["- a", "~ b: y, z", "+ d"]
