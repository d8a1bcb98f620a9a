"""How a request's user is found, and which service must be there for it."""

import pytest

from planning.gateway.sign_in import plan_sign_in, sign_in_problems
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from tests.planning.samples import plugin, registry, settings, without_backend


def test_the_program_states_what_the_settings_do_and_holds_no_other_value_of_theirs() -> None:
    plan = plan_sign_in(settings(stated={"sign_in": {"service": "accounts", "path": "/who", "keep_seconds": 3}}))
    head = plan.program.splitlines()[0]

    assert 'host = "accounts.plugin-accounts.svc.cluster.local", method = "GET", path = "/who"' in head
    assert "keep_ms = 3000" in head
    assert 'letters = "0-9a-f", length = 64' in head
    assert "dev.naap.example" not in plan.program


def test_jwts_are_judged_by_the_keys_of_an_issuer_where_there_is_one() -> None:
    plan = plan_sign_in(settings(stated={"jwt_issuer": "https://issuer.example"}))

    assert plan.token
    assert (plan.token.jwks_uri, plan.token.audience) == ("https://issuer.example/.well-known/jwks.json", "naap")


def test_people_sign_in_at_a_page_of_the_site() -> None:
    assert plan_sign_in(settings(stated={"sign_in": {"page": "/enter"}})).page == "https://dev.naap.example/enter"


@pytest.mark.parametrize(
    ("service", "known"),
    [
        ("base-svc", registry(plugin("wallet"))),
        ("accounts", registry(plugin("wallet"), plugin("base-svc"))),
        ("base-svc", registry(plugin("wallet"), plugin("base-svc", lifecycle=Lifecycle.STOPPED))),
        ("base-svc", registry(plugin("wallet"), without_backend(plugin("base-svc")))),
    ],
    ids=["not there", "another", "stopped", "a bundle alone"],
)
def test_a_service_that_can_t_be_asked_is_refused_with_the_way_out(service: str, known: Registry) -> None:
    (problem,) = sign_in_problems(settings(stated={"sign_in": {"service": service}}), known, "dev")

    assert (problem.file, problem.field, problem.value) == ("Pulumi.dev.yaml", "naap:signIn.service", service)
    assert problem.fix.startswith("name the entry that issues the tokens: pulumi config set --path naap:signIn.service")


def test_a_service_that_serves_is_asked_and_without_plugins_nobody_asks() -> None:
    assert sign_in_problems(settings(), registry(plugin("base-svc"), plugin("wallet")), "dev") == []
    assert sign_in_problems(settings(), registry(), "dev") == []
