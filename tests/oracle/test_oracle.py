"""The real Terraform AWS provider on what the program builds; skipped, and says so, where it is not on this machine."""

from pathlib import Path
from typing import Any

import pytest

from tests.build.environments import TIERS, Environment, build, plan
from tests.components.recording import as_deployment
from tests.oracle.check import check
from tests.oracle.checkov import skips
from tests.oracle.names import forms, snake
from tests.oracle.terraform import NotHereError, Terraform
from tests.oracle.translation import Translator

VPC: dict[str, Any] = {"cidrBlock": "10.64.0.0/16"}


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The provider, or a skipped test."""
    try:
        return Terraform.found(tmp_path_factory.mktemp("terraform"))
    except NotHereError as error:
        pytest.skip(f"not checked: {error}")


def resource(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """A resource of an exported stack."""
    return {"urn": f"urn:pulumi:dev::naap::aws:{kind}::{name}", "type": f"aws:{kind}", "custom": True, "inputs": inputs}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("environment", TIERS, ids=lambda found: f"{found.stack}-{found.users}")
def test_the_real_provider_takes_every_resource(environment: Environment, terraform: Terraform, tmp_path: Path) -> None:
    deployment = as_deployment(build(plan(environment, tmp_path)).records)["deployment"]["resources"]
    report = check(terraform, deployment, name=f"{environment.stack}-{environment.users}", look=False)
    assert report.clean, "\n".join(report.said())
    assert report.verdict.planned == len(report.translation.urns)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        ("ec2/vpc:Vpc", {"cidrBlock": "10.64.0.0/99"}, "cidr_block"),
        ("eks/cluster:Cluster", {"name": "a", "roleArn": "no-arn", "vpcConfig": {"subnetIds": ["s"]}}, "ARN"),
        ("cloudwatch/logGroup:LogGroup", {"name": "a", "retentionInDays": 15}, "retention_in_days"),
        ("lb/targetGroup:TargetGroup", {"name": "a" * 33, "port": 1, "protocol": "HTTP", "vpcId": "v"}, "name"),
    ],
)
def test_what_aws_would_not_take_is_refused(
    kind: str, inputs: dict[str, Any], words: str, terraform: Terraform
) -> None:
    report = check(terraform, [resource(kind, "it", inputs)], name="dev-1", look=False)
    assert not report.clean
    assert words in "\n".join(report.said())


@pytest.mark.timeout(300)
def test_an_input_that_the_provider_does_not_know_is_named(terraform: Terraform) -> None:
    found = [resource("ec2/vpc:Vpc", "it", {**VPC, "colour": "blue"})]
    translation = Translator(terraform.schemas, terraform.version).translate(found)
    assert translation.unmapped == {"ec2/vpc.colour"}


@pytest.mark.timeout(300)
def test_a_type_that_the_provider_does_not_know_is_named(terraform: Terraform) -> None:
    found = [resource("ec2/flyingSaucer:FlyingSaucer", "it", {})]
    assert Translator(terraform.schemas, terraform.version).translate(found).unmapped == {"ec2/flyingSaucer"}


@pytest.mark.timeout(300)
def test_the_id_of_another_resource_becomes_a_reference(terraform: Terraform) -> None:
    vpc = {**resource("ec2/vpc:Vpc", "net", VPC), "id": "vpc-1"}
    subnet = resource("ec2/subnet:Subnet", "sub", {"vpcId": "vpc-1", "tags": {"Name": "vpc-1"}})
    made = Translator(terraform.schemas, terraform.version).translate([vpc, subnet]).resources["aws_subnet"]
    (body,) = made.values()
    assert body["vpc_id"].startswith("${aws_vpc.")
    assert body["tags"] == {"Name": "vpc-1"}


def test_pulumis_names_are_made_from_terraforms() -> None:
    assert forms("availability_zone")[0] == "availabilityZone"
    assert "originGroups" in forms("origin_group")
    assert "policies" in forms("policy")
    assert "aliases" in forms("alias")
    assert snake("vpcEndpointType") == "vpc_endpoint_type"


def test_every_skip_has_a_reason_that_a_person_can_judge() -> None:
    for skip in skips():
        assert len(skip.reason) > 20, skip.check
