"""The role of a team, and its entry in every cluster, where RBAC says what it may do."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi_aws import eks, iam

from components.cluster.cluster import Cluster
from components.shared.component import Component
from components.shared.iam import account_id
from planning.cluster.teams import SESSION_SECONDS, TeamPlan, team_policy, team_trust
from planning.shared.tags import Tags


class TeamRole(Component, token="naap:platform:TeamRole"):
    """clusters, providers: by region. folder: of bundles in the assets bucket."""

    def __init__(
        self,
        name: str,
        *,
        plan: TeamPlan,
        clusters: Mapping[str, Cluster],
        providers: Mapping[str, aws.Provider],
        assets_arn: pulumi.Input[str],
        assets_key_arn: pulumi.Input[str],
        folder: str,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        tagged = tags.of("cluster", name=plan.role_name)
        account = account_id(self)
        role = iam.Role(
            f"{name}-role",
            name=plan.role_name,
            description=f"Jobs of {plan.name}, which deploy {', '.join(plan.plugins)}"[:1000],
            assume_role_policy=account.apply(lambda number: team_trust(number, plan.subjects)),
            max_session_duration=SESSION_SECONDS,
            tags=tagged,
            opts=self.child(),
        )
        arns = pulumi.Output.all(
            account=account,
            assets_arn=assets_arn,
            assets_key_arn=assets_key_arn,
            cluster_arns=pulumi.Output.all(*(cluster.arn for cluster in clusters.values())),
        )
        iam.RolePolicy(
            f"{name}-policy",
            role=role.id,
            policy=arns.apply(lambda found: team_policy(plan, **found, folder=folder)),
            opts=self.child(),
        )
        for region, cluster in clusters.items():
            eks.AccessEntry(
                f"{name}-{cluster.name}",
                cluster_name=cluster.name,
                principal_arn=role.arn,
                type="STANDARD",
                kubernetes_groups=[plan.group],
                tags=tagged,
                opts=pulumi.ResourceOptions(parent=self, provider=providers[region], depends_on=[cluster.node_pool]),
            )
