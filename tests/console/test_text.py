"""Values as JSON knows them."""

from dataclasses import dataclass
from typing import Any

import pytest

from console.text import count, to_plain
from planning.inputs.tiers import PodRange, TierName
from tests.planning.samples import settings


@dataclass(frozen=True)
class Held:
    """Holds anything."""

    value: object


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (TierName.K10, "10k"),
        (Held(Held(1)), {"value": {"value": 1}}),
        ((PodRange(min=1, max=2),), [{"min": 1, "max": 2}]),
        ({7: (TierName.K1,)}, {"7": ["1k"]}),
        (frozenset({"b", "a"}), ["a", "b"]),
        ("text", "text"),
        (None, None),
    ],
)
def test_a_value_becomes_what_json_knows_all_the_way_down(value: Any, plain: Any) -> None:
    assert to_plain(value) == plain


def test_settings_are_told_by_the_names_that_their_file_has() -> None:
    plain = to_plain(settings(5))
    assert (plain["users"], plain["zoneId"]) == (5, "Z0123456789DEV")
    assert "zone_id" not in plain


@pytest.mark.parametrize(("number", "said"), [(0, "0 days"), (1, "1 day"), (7, "7 days")])
def test_one_is_the_only_number_without_an_s(number: int, said: str) -> None:
    assert count(number, "day") == said
