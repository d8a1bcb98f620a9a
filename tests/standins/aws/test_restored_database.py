"""A database that was restored under its old name: the state gets to know its new id, as docs/operations.md says."""

from tests.standins.conftest import EngineSandbox

PROGRAM = """\
import pulumi, pulumi_aws as aws
home = aws.Provider("home", region="us-east-1")
own = pulumi.ResourceOptions(provider=home)
database = aws.rds.Instance("main", identifier="naap-prod-use1-pg-0", instance_class="db.t4g.micro", engine="postgres",
    allocated_storage=20, username="root", password=pulumi.Output.secret("hunter22"), skip_final_snapshot=True,
    opts=pulumi.ResourceOptions(provider=home, protect=True))
aws.rds.Instance("replica", identifier="naap-prod-use1-pg-0-r1", instance_class="db.t4g.micro",
    replicate_source_db=database.identifier, skip_final_snapshot=True, opts=own)
"""
NEW = "db-RESTOREDRESTOREDRESTOREDREST"


def test_a_restored_database_takes_the_place_of_the_one_that_is_gone(sandbox: EngineSandbox) -> None:
    sandbox.program(PROGRAM)
    sandbox.up()
    old = sandbox.resource("main")["id"]
    assert old.startswith("db-")
    file = sandbox.folder / "state.json"

    sandbox.pulumi("stack", "export", "--file", str(file))
    file.write_text(file.read_text().replace(old, NEW))
    sandbox.pulumi("stack", "import", "--file", str(file))
    sandbox.up("--refresh")

    found = sandbox.resource("main")
    assert (found["id"], found["inputs"]["identifier"]) == (NEW, "naap-prod-use1-pg-0")
    assert found["protect"]
    assert "hunter22" not in file.read_text()
    assert sandbox.changes() == {"same": 4}
