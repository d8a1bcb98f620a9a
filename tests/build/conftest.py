"""Each environment is built once for all tests."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from unittest.mock import patch

import pytest

import planning.shared.derived_secrets
import planning.shared.internal_ca
import planning.shared.scram
from planning.platform import PlatformPlan
from tests.build.environments import TIERS, Environment, build, plan
from tests.components.recording import Run


@dataclass(frozen=True, kw_only=True)
class Built:
    """An environment under preview and under update. derived: every password that was derived for it."""

    plan: PlatformPlan
    preview: Run
    update: Run
    derived: frozenset[str] = field(repr=False)


Builder = Callable[[Environment], Built]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds an environment, once."""

    @functools.cache
    def once(environment: Environment) -> Built:
        planned = plan(environment, tmp_path_factory.mktemp("registry"))
        derived: set[str] = set()

        def derive(*arguments: object, **named: object) -> str:
            secret = planning.shared.derived_secrets.derive(*arguments, **named)  # type: ignore[arg-type]  # handed on as they came
            derived.add(secret)
            return secret

        with (
            patch("components.shared.root_secret.derive", derive),
            patch.object(planning.shared.scram, "derive", derive),
            patch.object(planning.shared.internal_ca, "derive", derive),
        ):
            preview, update = build(planned, preview=True), build(planned)
        return Built(plan=planned, preview=preview, update=update, derived=frozenset(derived))

    return once


@pytest.fixture(params=TIERS, ids=lambda environment: f"{environment.users}")
def tier(request: pytest.FixtureRequest, built: Builder) -> Built:
    """Each tier in turn."""
    return built(request.param)
