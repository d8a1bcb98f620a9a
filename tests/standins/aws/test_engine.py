"""The stand-in under the real engine, with a real program."""

import json

from tests.standins.conftest import EngineSandbox

PROGRAM = """\
import pulumi, pulumi_aws as aws
config = pulumi.Config()
home = aws.Provider("home", region="us-east-1", default_tags={"tags": {"app": "naap"}})
own = pulumi.ResourceOptions(provider=home)
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=own)
subnet = aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block=config.get("cidr") or "10.0.0.0/24", opts=own)
group = aws.rds.SubnetGroup("main", subnet_ids=[subnet.id], opts=own)
database = aws.rds.Instance("main", instance_class=config.get("class") or "db.t4g.micro", engine="postgres",
    allocated_storage=20, username="root", password=pulumi.Output.secret("hunter22"), skip_final_snapshot=True,
    db_subnet_group_name=group.name, deletion_protection=config.get_bool("protect") or False, opts=own)
queue = aws.sqs.Queue("events", region="eu-west-1", opts=own)
zones = aws.get_availability_zones_output(opts=pulumi.InvokeOptions(provider=home))
pulumi.export("endpoint", database.endpoint)
pulumi.export("zone", zones.names[0])
pulumi.export("queue", queue.url)
"""


def test_a_program_lives_from_its_first_preview_to_its_last_resource(sandbox: EngineSandbox) -> None:
    sandbox.program(PROGRAM)
    assert sandbox.changes() == {"create": 7}
    sandbox.up()
    outputs = json.loads(sandbox.pulumi("stack", "output", "--json"))
    assert outputs["endpoint"].endswith(".us-east-1.rds.amazonaws.com:5432")
    assert outputs["zone"] == "us-east-1a"
    assert outputs["queue"].startswith("https://sqs.eu-west-1.amazonaws.com/123456789012/events-")
    assert "hunter22" not in sandbox.pulumi("stack", "export")
    assert sandbox.changes() == {"same": 7}

    sandbox.pulumi("config", "set", "class", "db.t4g.small")
    assert sandbox.changes() == {"same": 6, "update": 1}
    sandbox.pulumi("config", "set", "cidr", "10.0.1.0/24")
    assert sandbox.changes() == {"same": 4, "replace": 1, "update": 2}
    sandbox.pulumi("config", "set", "protect", "true")
    sandbox.up()
    assert sandbox.changes() == {"same": 7}
    sandbox.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")

    refused = sandbox.pulumi("destroy", "--yes", "--skip-preview", fails=True)
    assert "Cannot delete protected DB Instance" in refused
    sandbox.pulumi("config", "set", "protect", "false")
    sandbox.up()
    sandbox.pulumi("destroy", "--yes", "--skip-preview")
    assert sandbox.resources() == []
    sandbox.wait_for_no_plugins()


def test_wrong_inputs_fail_the_preview_with_property_and_rule(sandbox: EngineSandbox) -> None:
    sandbox.pulumi("config", "set", "aws:region", "us-east-1")
    sandbox.program(
        'import pulumi\npulumi.CustomResource("aws:ec2/subnet:Subnet", "a", {"cidrBlok": "10.0.0.0/24", "vpcId": 5})'
    )
    shown = sandbox.pulumi("preview", fails=True)
    assert "cidrBlok" in shown and "did you mean cidrBlock?" in shown
    assert "is a number, but takes a string" in shown
    sandbox.wait_for_no_plugins()
