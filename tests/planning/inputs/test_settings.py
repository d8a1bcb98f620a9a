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
    assert settings.issuer == "https://dev.naap.example/"
    assert settings.jwks_uri == "https://dev.naap.example/.well-known/jwks.json"


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
