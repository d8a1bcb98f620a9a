import re
from typing import Any

from rehearsal.standins.values import Secret
from tests.standins.aws.conftest import Cloud

DATABASE: dict[str, Any] = {"instanceClass": "db.t4g.micro", "engine": "postgres"}


def test_a_resource_without_a_name_gets_its_logical_name_and_seven_digits(cloud: Cloud) -> None:
    inputs = cloud.check("iam/role", {"assumeRolePolicy": "{}"}, name="Writer").inputs
    assert re.fullmatch(r"Writer-[0-9a-f]{7}", inputs["name"])
    assert inputs["__defaults"] == ["name"]


def test_databases_and_buckets_get_names_in_lower_case(cloud: Cloud) -> None:
    assert re.fullmatch(r"main-[0-9a-f]{7}", cloud.check("rds/instance", DATABASE, name="Main").inputs["identifier"])
    assert re.fullmatch(r"assets-[0-9a-f]{7}", cloud.check("s3/bucket", {}, name="Assets").inputs["bucket"])


def test_a_made_up_name_is_kept_over_updates(cloud: Cloud) -> None:
    before = cloud.check("iam/role", {"assumeRolePolicy": "{}"}).inputs
    after = cloud.check("iam/role", {"assumeRolePolicy": "{}", "description": "new"}, before).inputs
    assert after["name"] == before["name"]


def test_a_replacement_gets_another_name_so_that_both_can_exist(cloud: Cloud) -> None:
    before = cloud.check("iam/role", {"assumeRolePolicy": "{}"}).inputs
    after = cloud.check("iam/role", {"assumeRolePolicy": "{}", "path": "/new/"}).inputs
    assert after["name"] != before["name"]


def test_a_stated_name_that_is_taken_away_is_not_mistaken_for_a_made_up_one(cloud: Cloud) -> None:
    inputs = cloud.check("iam/role", {"assumeRolePolicy": "{}"}, {"assumeRolePolicy": "{}", "name": "mine"}).inputs
    assert inputs["name"] != "mine"


def test_names_longer_than_aws_takes_are_refused(cloud: Cloud) -> None:
    assert "takes 32" in cloud.failures("lb/targetGroup", {"name": "x" * 33})["name"]
    assert "takes 64" in cloud.failures("iam/role", {"assumeRolePolicy": "{}", "name": "x" * 65})["name"]
    checked = cloud.check("lb/targetGroup", {}, name="a-plugin-with-a-very-long-name")
    assert "state a shorter one" in dict(checked.failures)["name"]


def test_names_of_a_form_that_aws_refuses_are_refused(cloud: Cloud) -> None:
    assert "name" in cloud.failures("lb/loadBalancer", {"name": "internal-gateway"})
    assert "identifier" in cloud.failures("rds/instance", {**DATABASE, "identifier": "main--db"})
    assert "bucket" in cloud.failures("s3/bucket", {"bucket": "Assets"})
    assert "name" in cloud.failures("kms/alias", {"name": "main", "targetKeyId": "x"})


def test_a_name_from_a_prefix_is_made_once(cloud: Cloud) -> None:
    inputs = {"assumeRolePolicy": "{}", "namePrefix": "writer-"}
    created = cloud.create("iam/role", inputs)
    assert re.fullmatch(r"writer-\d{26}", created.identity) and created.properties["name"] == created.identity
    resource = cloud.resource("iam/role", identity=created.identity)
    updated = cloud.provider.update(resource, created.properties, inputs, {**inputs, "description": "new"})
    assert updated["name"] == created.identity
    assert updated["arn"] == f"arn:aws:iam::123456789012:role/{created.identity}"


def test_domain_names_are_never_made_up(cloud: Cloud) -> None:
    assert "name" in cloud.failures("route53/record", {"zoneId": "Z1", "type": "A"})


def test_the_engine_may_propose_a_name_or_switch_naming_off(cloud: Cloud) -> None:
    role = {"assumeRolePolicy": "{}"}
    assert cloud.check("iam/role", role, proposed_name="proposed").inputs["name"] == "proposed"
    checked = cloud.check("iam/role", role, naming_disabled=True)
    assert dict(checked.failures) == {"name": "is missing, and making up names is switched off: state a name"}


def test_a_fifo_queue_gets_the_ending_that_aws_demands(cloud: Cloud) -> None:
    assert cloud.check("sqs/queue", {"fifoQueue": True}).inputs["name"].endswith(".fifo")


def test_names_are_made_from_secrets_without_showing_them(cloud: Cloud) -> None:
    name = cloud.check("rds/instance", {**DATABASE, "password": Secret("hunter2")}).inputs["identifier"]
    assert "hunter2" not in name
