"""Settings from the stack's configuration."""

import pytest

from planning.inputs.problem import InvalidInputError
from planning.inputs.settings import Settings
from planning.inputs.settings_reader import parse_settings
from tests.planning.samples import POOLER_IMAGE

GOOD = {
    "users": "1000",
    "domain": "dev.naap.example",
    "zoneId": "Z0123456789DEV",
    "regions": ["us-east-1"],
    "owner": "platform",
    "costCenter": "naap-dev",
    "poolerImage": POOLER_IMAGE,
}

TRUTHS = [field.alias or name for name, field in Settings.model_fields.items() if field.annotation is bool]

CI = "arn:aws:iam::123456789012:role/preview"


def test_numbers_arrive_as_text_and_become_numbers() -> None:
    assert parse_settings(GOOD, "Pulumi.dev.yaml").users == 1000


@pytest.mark.parametrize("key", TRUTHS)
def test_a_setting_that_is_true_or_false_takes_these_two_words_only(key: str) -> None:
    assert parse_settings({**GOOD, key: "false"}, "Pulumi.dev.yaml").model_dump(by_alias=True)[key] is False
    for odd in ("yes", "no", "on", "off", "y", "1", "0", "True", "FALSE", " true", 1, 0, ""):
        with pytest.raises(InvalidInputError) as error:
            parse_settings({**GOOD, key: odd}, "Pulumi.dev.yaml")
        (problem,) = error.value.problems
        assert problem.field == f"naap:{key}"
        assert problem.rule.startswith("true or false, and no other word")


def test_defaults_are_the_secure_ones() -> None:
    settings = parse_settings(GOOD, "Pulumi.dev.yaml")
    assert settings.api_access_cidrs == ()
    assert settings.shield_advanced is False
    assert (settings.jwt_issuer, settings.jwks_uri) == (None, None)
    assert settings.sign_in.keep_seconds == 10


def test_tokens_are_checked_as_base_svc_does_unless_it_is_stated_otherwise() -> None:
    """livepeer/naap at 2893ab65: services/base-svc/src/routes/auth.ts:160-182; the cookie is the shell's
    (apps/web-next/src/app/api/v1/auth/login/route.ts:35)."""
    known = parse_settings(GOOD, "Pulumi.dev.yaml").sign_in
    assert (known.service, known.method, known.path) == ("base-svc", "GET", "/api/v1/auth/me")
    assert (known.identity, known.cookie, known.parameter) == ("user.id", "naap_auth_token", "token")
    assert known.token_letters == ("0-9a-f", 64), "32 random bytes (services/base-svc/src/services/auth.ts:81)"
    stated = {"service": "accounts", "path": "/whoami", "identity": "data.user.id", "keepSeconds": "5"}
    other = parse_settings({**GOOD, "signIn": stated}, "Pulumi.dev.yaml").sign_in
    assert (other.service, other.path, other.identity, other.keep_seconds) == (*list(stated.values())[:3], 5)


def test_an_issuer_publishes_its_keys_where_it_is_unless_it_is_stated_otherwise() -> None:
    issuer = {**GOOD, "jwtIssuer": "https://issuer.example/"}
    assert parse_settings(issuer, "f").jwks_uri == "https://issuer.example/.well-known/jwks.json"
    assert parse_settings({**issuer, "jwtJwksUri": "https://keys.example/k"}, "f").jwks_uri == "https://keys.example/k"


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("path", "auth/me", "What it is asked"),
        ("path", '/a"b', "should match pattern"),
        ("method", "DELETE", "GET or POST"),
        ("identity", "user..id", "names of a JSON object's fields"),
        ("cookie", "a=b", "Cookie in which browsers keep the token"),
        ("parameter", "a&b", "where the token may stand instead"),
        ("token", "[0-9a-f]+", "What a token looks like"),
        ("token", '[0-9"]{64}', "What a token looks like"),
        ("token", "[^0-9]{64}", "What a token looks like"),
        ("token", "[%w]{64}", "What a token looks like"),
        ("keepSeconds", "61", "less than or equal to 60"),
        ("keepSeconds", "soon", "plain decimal digits"),
        ("service", "Base_Svc", "Entry of the registry"),
        ("page", "login", "Page of the site"),
    ],
)
def test_a_bad_value_of_the_sign_in_is_refused_with_its_rule_and_the_command(field: str, value: str, rule: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        parse_settings({**GOOD, "signIn": {field: value}}, "Pulumi.dev.yaml")
    (problem,) = error.value.problems
    assert (problem.field, problem.fix) == (
        f"naap:signIn.{field}",
        f"pulumi config set --path 'naap:signIn.{field}' <value>",
    )
    assert rule in problem.rule


def test_an_unknown_part_of_the_sign_in_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        InvalidInputError, match=r"cookie, identity, keepSeconds, method, page, parameter, path, service, token"
    ):
        parse_settings({**GOOD, "signIn": {"header": "x"}}, "Pulumi.dev.yaml")


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"users": "0"}, "naap:users", "greater than or equal to 1"),
        ({"users": "many"}, "naap:users", "plain decimal digits"),
        *(
            ({"users": odd}, "naap:users", "plain decimal digits")
            for odd in ("010", "1_000", "0x10", "+5", " 7", "1e3", "٣")
        ),
        ({"assumptions": {"peakFactor": True}}, "peakFactor", "not true or false"),
        ({"assumptions": {"peakFactor": "1_0"}}, "peakFactor", "plain decimal digits"),
        ({"owner": "R&D"}, "naap:owner", "AWS takes letters, numbers, spaces"),
        ({"costCenter": "naap\u200bdev"}, "naap:costCenter", "U+200B"),
        ({"owner": " - "}, "naap:owner", "at least one letter or number"),
        ({"users": 1.5}, "naap:users", "integer"),
        ({"users": True}, "naap:users", "number"),
        ({"domain": "not a domain"}, "naap:domain", "match pattern"),
        ({"zoneId": "example"}, "naap:zoneId", "match pattern"),
        ({"regions": []}, "naap:regions", "at least 1"),
        ({"regions": ["us-east-1", "us-east-1"]}, "naap:regions", "each region once"),
        ({"regions": ["us-east-1", "mars-1"]}, "naap:regions.1", "us-east-1"),
        ({"apiAccessCidrs": ["0.0.0.0/0"]}, "naap:apiAccessCidrs", "whole internet"),
        ({"apiAccessCidrs": ["::/0"]}, "naap:apiAccessCidrs", "whole internet"),
        ({"apiAccessCidrs": ["0.0.0.0/1", "128.0.0.0/1"]}, "naap:apiAccessCidrs", "whole internet"),
        ({"apiAccessCidrs": ["10.0.0.300"]}, "naap:apiAccessCidrs", "not appear to be"),
        ({"operators": ["root"]}, "naap:operators.0", "match pattern"),
        ({"production": True}, "naap:operators", "production names them"),
        ({"production": "true", "operators": []}, "naap:operators", "production names them"),
        ({"viewers": ["root"]}, "naap:viewers.0", "match pattern"),
        ({"operators": [CI], "viewers": [CI]}, "naap:viewers", f"{CI} is named twice"),
        ({"viewers": [CI, CI]}, "naap:viewers", f"{CI} is named twice"),
        ({"registry": "/etc/passwd"}, "naap:registry", "match pattern"),
        ({"alarmEmail": "nobody"}, "naap:alarmEmail", "match pattern"),
        ({"poolerImage": "registry.example/pgbouncer:1.26.1"}, "naap:poolerImage", "docker buildx build"),
        ({"hstsPreload": "true"}, "naap:hstsPreload", "set hstsSubdomains too"),
        ({"firewallMode": "off"}, "naap:firewallMode", "count-bodies"),
        ({"usres": "1000"}, "naap:usres", "only known settings"),
    ],
)
def test_a_bad_setting_is_named_with_its_rule_and_fix(change: dict[str, object], field: str, rule: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings(GOOD | change, "Pulumi.dev.yaml")
    (problem,) = caught.value.problems
    assert (problem.file, problem.field) == ("Pulumi.dev.yaml", field)
    assert rule in problem.rule
    assert "pulumi config" in problem.fix or problem.entry == "assumptions"


def test_the_fix_of_a_list_is_a_command_that_sets_one_element() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings(GOOD | {"production": True, "viewers": ["root"]}, "Pulumi.prod.yaml")

    assert [(found.value, found.fix) for found in caught.value.problems] == [
        ("(missing)", "pulumi config set --path 'naap:operators[0]' <value>"),
        ("'root'", "pulumi config set --path 'naap:viewers[0]' <value>"),
    ]


@pytest.mark.parametrize("key", ["users", "production", "owner", "regions", "alarmEmail"])
def test_an_encrypted_setting_is_refused_without_its_value(key: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings(GOOD | {key: {"secure": "hunter2"}}, "Pulumi.dev.yaml")
    (problem,) = caught.value.problems
    assert "hunter2" not in str(problem)
    assert problem.fix == f"pulumi config set --plaintext naap:{key} <value>"


@pytest.mark.parametrize("owner", ["platform", "Équipe réseau", "基盤チーム", "team:net/eu=1+2@naap-x_y.z"])
def test_an_owner_is_any_text_that_aws_takes_for_a_tag(owner: str) -> None:
    assert parse_settings(GOOD | {"owner": owner}, "f").owner == owner


def test_everything_missing_is_said_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings({}, "Pulumi.dev.yaml")
    assert {problem.field for problem in caught.value.problems} == {
        "naap:users",
        "naap:domain",
        "naap:zoneId",
        "naap:regions",
        "naap:owner",
        "naap:costCenter",
        "naap:poolerImage",
    }


def test_an_unknown_key_never_shows_its_value() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings(GOOD | {"rootsecret": "hunter2"}, "Pulumi.dev.yaml")
    assert "hunter2" not in str(caught.value)


def test_secret_keys_are_left_to_the_secret_configuration() -> None:
    assert not hasattr(parse_settings(GOOD | {"rootSecret": "x", "secrets": {}}, "f"), "root_secret")
