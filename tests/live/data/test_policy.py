"""The language of policies: what it allows, and what it refuses to guess."""

from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.live.data.apis.policy import Request, UnknownPolicyError, allowed
from rehearsal.live.data.apis.sessions import SECONDS, Sessions

OBJECT = "arn:aws:s3:::bucket/own/a"


def statement(effect: str = "Allow", **more: Any) -> Mapping[str, Any]:
    """A policy of one statement."""
    own = {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/own/*", **more}
    return {"Version": "2012-10-17", "Statement": [own]}


def get(resource: str = OBJECT, action: str = "s3:GetObject", **context: str) -> Request:
    """A request."""
    return Request(action=action, resource=resource, context={name.replace("_", ":"): v for name, v in context.items()})


def test_what_nothing_allows_is_denied_and_a_denial_wins() -> None:
    assert not allowed(get(), identity=[])
    assert allowed(get(), identity=[statement()])
    assert not allowed(get(), identity=[statement(), statement("Deny", Action="s3:*", Resource="*")])
    assert not allowed(get(), identity=[statement()], resource=[statement("Deny", Principal="*", Action="*")])


def test_wildcards_reach_as_far_as_iams() -> None:
    assert allowed(get(OBJECT + "/b/c"), identity=[statement()])
    assert not allowed(get("arn:aws:s3:::bucket/ownother/a"), identity=[statement()])
    assert allowed(get(action="S3:getobject"), identity=[statement()])
    assert not allowed(get("arn:aws:s3:::bucket/ownx"), identity=[statement(Resource="arn:aws:s3:::bucket/own[x]")])
    assert allowed(get(), identity=[statement(Resource="arn:aws:s3:::bucket/ow?/a")])


def test_conditions_hold_only_for_a_key_that_is_there() -> None:
    prefix = statement(Condition={"StringLike": {"s3:prefix": "own/*"}})
    assert allowed(get(s3_prefix="own/x"), identity=[prefix])
    assert not allowed(get(s3_prefix="other/x"), identity=[prefix])
    assert not allowed(get(), identity=[prefix])

    absent = statement("Deny", Principal="*", Condition={"Null": {"s3:if-none-match": "true"}})
    assert not allowed(get(), identity=[statement()], resource=[absent])
    assert allowed(get(**{"s3_if-none-match": "*"}), identity=[statement()], resource=[absent])


def test_a_resources_policy_names_who_it_is_for() -> None:
    cdn = statement(Principal={"Service": "cloudfront.amazonaws.com"})
    asked = Request(action="s3:GetObject", resource=OBJECT, service="cloudfront.amazonaws.com")
    assert allowed(asked, identity=[], resource=[cdn])
    assert not allowed(get(), identity=[], resource=[cdn])


@pytest.mark.parametrize(
    "more",
    [{"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, {"NotPrincipal": "*"}],
    ids=["an operator", "an element"],
)
def test_what_is_not_known_here_is_an_error_and_no_yes(more: Mapping[str, Any]) -> None:
    with pytest.raises(UnknownPolicyError):
        allowed(get(aws_SourceIp="10.0.0.1"), identity=[statement(**more)])


def test_credentials_are_recognised_by_who_made_them_until_they_end() -> None:
    sessions = Sessions(b"root")
    found = sessions.begin("arn:role")
    session = sessions.session(found.key, found.token)
    assert session
    assert (session.role, session.secret) == ("arn:role", found.secret)

    assert Sessions(b"another").session(found.key, found.token) is None
    assert sessions.session("ASIAOTHER", found.token) is None
    assert sessions.session(found.key, "") is None
    old = sessions.begin("arn:role", now=1_000.0)
    assert old.ends == 1_000 + SECONDS
    assert sessions.session(old.key, old.token) is None
