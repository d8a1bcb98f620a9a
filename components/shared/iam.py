"""The AWS account that is being built in."""

import pulumi
import pulumi_aws as aws


def account_id(parent: pulumi.Resource) -> pulumi.Output[str]:
    """Its number, asked of AWS once a caller; known at preview, so that policies can be read there."""
    return aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=parent)).account_id
