"""What production relies on when an entry is cut out by hand: the engine keeps what is protected."""

from tests.standins.conftest import EngineSandbox

PROVIDER = 'import pulumi, pulumi_aws as aws\nprovider = aws.Provider("aws", region="us-east-1")\n'


def role(*, protect: bool) -> str:
    options = f"pulumi.ResourceOptions(provider=provider, protect={protect})"
    return f'{PROVIDER}aws.iam.Role("kept", assume_role_policy="{{}}", opts={options})\n'


def test_what_is_protected_can_not_leave_before_its_protection_is_lifted(sandbox: EngineSandbox) -> None:
    sandbox.program(role(protect=True))
    sandbox.up()
    sandbox.program(PROVIDER)
    assert "cannot be deleted\n    because it is protected" in sandbox.pulumi("preview", fails=True)
    sandbox.up(fails=True)
    assert sandbox.resource("kept")
    sandbox.program(role(protect=False))
    sandbox.up()
    sandbox.program(PROVIDER)
    sandbox.up()
    assert not [one for one in sandbox.resources() if one["urn"].endswith("::kept")]
