"""The few pairs of limits that a registry has."""

import pytest

from planning.gateway.limits import MAX_PAIRS, LimitsPlan, plan_internal_limits, plan_limits
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.registry.sections import RateLimit
from planning.inputs.tiers import TIERS
from tests.planning.samples import altered, plugin
from tests.plugin_plans import with_backend

TIER = TIERS[0]


def _busy(name: str, user: int, client: int = 900) -> PluginSpec:
    return with_backend(plugin(name), rate_limit=RateLimit(user_per_minute=user, client_per_minute=client))


def _names(*plugins: PluginSpec) -> list[str]:
    return [pair.name for pair in plan_limits(Registry(file="registry.yaml", plugins=plugins), TIER).others]


def test_plugins_with_the_same_numbers_share_them() -> None:
    assert _names(plugin("calm"), _busy("one", 7), _busy("two", 7), _busy("three", 8)) == ["7-900", "8-900"]


def test_the_tier_s_own_numbers_are_the_usual_ones_whoever_states_them() -> None:
    usual = LimitsPlan(user_per_minute=TIER.user_per_minute, client_per_minute=TIER.client_per_minute)

    assert plan_limits(Registry(file="", plugins=()), TIER).usual == usual
    assert _names(_busy("same", usual.user_per_minute, usual.client_per_minute)) == []


def test_pods_have_larger_ones() -> None:
    pods = plan_internal_limits(TIER)

    assert pods.others == ()
    assert pods.usual.user_per_minute == 100 * TIER.user_per_minute
    assert pods.usual.client_per_minute == 100 * TIER.client_per_minute


def test_who_does_not_serve_has_none() -> None:
    assert _names(altered(_busy("old", 7), lifecycle=Lifecycle.STOPPED)) == []


def test_more_pairs_than_a_policy_has_rules_for_are_refused_with_a_way_out() -> None:
    most = [_busy(f"p{number}", 10 + number) for number in range(MAX_PAIRS - 1)]
    assert len(_names(*most)) == MAX_PAIRS - 1

    with pytest.raises(InvalidInputError, match="let entries share their pairs: at most 128"):
        _names(*most, _busy("more", 5))
