"""A rehearsal with a plugin goes up and down through all tiers: every update ends, under the official provider's waits.

Objects are in real API servers here, with the controllers that let go of them: a namespace that stays, a Job that
doesn't end, a quota in the way of a roll-out would each hold an update until its time-out. What AWS keeps between tiers
is tests/engine/test_every_pair_of_tiers.py.
"""

import os
import re
from itertools import pairwise

import pytest

from benchmarks.made_up import registry_text
from tests.engine.checkout import AT_END, Checkout
from tests.engine.cluster_objects import apis_of, in_the_cluster, in_the_state

USERS = (1_000, 10_000, 50_000, 60_000)
"""Of each tier; the greatest has a second region, and series."""
EVERY_WAY = (0, 1, 2, 3, 2, 1, 0, 3, 0)
"""Up and down between neighbours, then from one end to the other and back."""
WALK = EVERY_WAY if os.environ.get("NAAP_LONG_TESTS") else (0, 1, 2, 3, 0)
"""NAAP_LONG_TESTS=1 takes every way; else up step by step, and down at once."""


@pytest.fixture(scope="module")
def checkout(checkout: Checkout) -> Checkout:
    """With base-svc and one plugin that asks for everything."""
    for manifest in checkout.registry.parent.glob("manifests/*"):
        manifest.unlink()
    checkout.registry.write_text(registry_text(1))
    return checkout


def test_the_walk_takes_every_way_between_neighbours_and_from_end_to_end() -> None:
    neighbours = list(pairwise(range(len(USERS))))
    last = len(USERS) - 1

    assert {*neighbours, *((above, below) for below, above in neighbours), (0, last), (last, 0)} == set(
        pairwise(EVERY_WAY)
    )


def test_every_way_between_tiers_ends_and_leaves_no_object(checkout: Checkout) -> None:
    for tier in WALK:
        checkout.set_users(USERS[tier])
        said = checkout.command("up", AT_END)
        # Storage that is there stays, as the error says how; nothing else refuses a change of users.
        if floor := re.search(r"pulumi config set naap:storageGib (\d+)", said.stdout + said.stderr):
            checkout.set_config(storageGib=int(floor[1]))
            said = checkout.command("up", AT_END)

        assert said.returncode == 0, f"to {USERS[tier]}: {said.stderr}{checkout.log('up')}"
        made = [in_the_cluster(api) for api in apis_of(checkout.state / "clusters.json")]
        assert set().union(*made) == in_the_state(checkout.resources())
    assert "Nothing changed" in checkout.up()
