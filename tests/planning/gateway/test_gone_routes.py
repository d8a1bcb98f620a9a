"""Prefixes that a plugin has left."""

import pytest

from planning.gateway.gone_routes import GoneRoutesPlan, plan_gone_routes
from planning.inputs.registry.lifecycle import Lifecycle
from tests.planning.samples import altered, plugin, registry, settings, without_backend
from tests.plugin_plans import with_backend


def _plans(step: Lifecycle) -> tuple[GoneRoutesPlan, ...]:
    old = altered(with_backend(plugin("old"), extra_prefixes=("/old",)), lifecycle=step)
    bundle = altered(without_backend(plugin("bundle")), lifecycle=step)
    return plan_gone_routes(registry=registry(old, bundle, plugin("other")), settings=settings())


@pytest.mark.parametrize("step", [Lifecycle.STOPPED, Lifecycle.ARCHIVED])
def test_a_plugin_that_stopped_is_answered_for_at_all_of_its_prefixes(step: Lifecycle) -> None:
    (plan,) = _plans(step)

    assert (plan.name, plan.prefixes) == ("stopped-old", ("/api/v1/old", "/old"))
    assert plan.hosts == ["*.path.dev.naap.example"]


@pytest.mark.parametrize("step", [Lifecycle.ACTIVE, Lifecycle.DRAINING])
def test_a_plugin_that_serves_answers_itself(step: Lifecycle) -> None:
    assert _plans(step) == ()
