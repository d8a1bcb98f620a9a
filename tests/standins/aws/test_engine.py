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


ALARMS = """\
import pulumi_aws as aws
alarm = dict(comparison_operator="LessThanThreshold", evaluation_periods=1, metric_name="DaysToExpiry",
    namespace="AWS/CertificateManager", period=86400, statistic="Minimum", name="site-expiry")
aws.cloudwatch.MetricAlarm("home", threshold=30, **alarm)
aws.cloudwatch.MetricAlarm("edge", threshold=60, **alarm)
"""


def test_two_alarms_of_one_name_differ_in_every_refresh(sandbox: EngineSandbox) -> None:
    """CloudWatch's API reference, PutMetricAlarm: it overwrites the alarm of that name, and says nothing."""
    sandbox.pulumi("config", "set", "aws:region", "us-east-1")
    sandbox.program(ALARMS)
    for _ in range(2):
        sandbox.up()
        assert sandbox.changes() == {"same": 3}, "the state shows nothing"
        sandbox.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", fails=True)
        assert sandbox.changes() == {"same": 2, "update": 1}

    # The cure is another name; the old alarm's deletion takes the other's along, until a refresh and an update.
    sandbox.program(ALARMS.replace('"edge", threshold=60, **alarm', '"edge", threshold=60, **alarm | {"name": "edge"}'))
    sandbox.up()
    sandbox.up("--refresh")
    sandbox.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def test_two_roles_of_one_name_fail_and_a_second_run_finds_the_first(sandbox: EngineSandbox) -> None:
    """IAM's API reference, CreateRole: EntityAlreadyExists. The names outlive the process that took them."""
    sandbox.pulumi("config", "set", "aws:region", "us-east-1")
    role = 'aws.iam.Role("{0}", name="reader", assume_role_policy="{{}}")\n'
    sandbox.program("import pulumi_aws as aws\n" + role.format("first") + role.format("second"))
    assert "EntityAlreadyExists: Role with name reader already exists." in sandbox.up(fails=True)
    assert "EntityAlreadyExists: Role with name reader already exists." in sandbox.up(fails=True)
    sandbox.program("import pulumi_aws as aws\n" + role.format("third"))
    # The engine makes what is new before it deletes what is gone.
    assert "EntityAlreadyExists" in sandbox.up(fails=True)


REPLICAS = """\
import pulumi, pulumi_aws as aws
config = pulumi.Config()
rest = dict(instance_class="db.t4g.micro", skip_final_snapshot=True)
source = aws.rds.Instance("source", identifier="source", engine="postgres", allocated_storage=20, username="root",
    password="hunter22", **rest)
made = []
for name in ("r1", "r2", "r3"):
    after = made if config.get_bool("sequenced") else []
    made = [aws.rds.Instance(name, identifier=name, replicate_source_db=source.identifier, **rest,
        opts=pulumi.ResourceOptions(depends_on=after))]
"""


def test_replicas_of_one_source_are_made_one_after_the_other(sandbox: EngineSandbox) -> None:
    """Provider issue 43474."""
    sandbox.pulumi("config", "set", "aws:region", "us-east-1")
    sandbox.program(REPLICAS)
    assert "InvalidDBInstanceState: DB instance is not in the available state" in sandbox.up(fails=True)
    sandbox.pulumi("config", "set", "sequenced", "true")
    sandbox.up()
    assert sandbox.changes() == {"same": 5}
