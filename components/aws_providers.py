"""The AWS providers of a stack.

    providers = aws_providers(plan)

They stand apart from the platform, which they are given to, so that the engine can start them before the rest of the
program is read (docs/decisions/providers-first.md): this file imports nothing of the SDK but the provider's own class.
"""

import pulumi_aws as aws

from planning.platform import PlatformPlan
from planning.shared.naming import REGION


def aws_providers(plan: PlatformPlan) -> dict[str, aws.Provider]:
    """By region: one for each of the stack's, and one for that of CloudFront's own parts."""
    regions = dict.fromkeys([*(cell.region for cell in plan.regions), REGION])
    return {region: aws.Provider(f"aws-{region}", region=region) for region in regions}
