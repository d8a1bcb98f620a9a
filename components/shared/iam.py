"""The AWS account that is being built in, and who builds."""

import pulumi
import pulumi_aws as aws


def account_id(parent: pulumi.Resource) -> pulumi.Output[str]:
    """Its number, asked of AWS once a caller; known at preview, so that policies can be read there."""
    return aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=parent)).account_id


def caller_arn(parent: pulumi.Resource) -> str:
    """The IAM role or user that runs this, as IAM names it: of an assumed role the role, with its path."""
    opts = pulumi.InvokeOptions(parent=parent)
    return aws.iam.get_session_context(arn=aws.get_caller_identity(opts=opts).arn, opts=opts).issuer_arn
