"""Every role that the platform makes, and all that its own policy allows it."""

import json
from collections.abc import Mapping

from planning.cluster.access import own_tags_policy
from planning.cluster.teams import TeamPlan, team_policy
from planning.data.bucket_policy import copy_policy
from planning.database.jobs.administrator_job import job_policy
from planning.network.vpc import flow_logs_policy
from planning.observability.roles import collector_policy, dashboards_policy, log_writer_policy, query_policy
from planning.plugin.uploads_policy import uploads_policy

ARN = "arn:aws:x:::y"
TEAM = TeamPlan(
    name="wallet-team",
    role_name="naap-dev-team-wallet-team",
    subjects=("repo:acme/naap:environment:dev-my-wallet",),
    group="naap:team:wallet-team",
    plugins=("my-wallet",),
    bundles=("my-wallet",),
)


def policies() -> Mapping[str, str]:
    """Policy documents by role, on one ARN that stands for all."""
    return {
        "control plane": own_tags_policy(),
        "copies of buckets": copy_policy(ARN, ARN, source_key=ARN, destination_key=ARN),
        "flow logs": flow_logs_policy(ARN),
        "schema Jobs": job_policy(
            secret_arns=[ARN], key_arns=[ARN], archives_arn=ARN, archives_key_arn=ARN, region="us-east-1"
        ),
        "log readers": log_writer_policy([ARN]),
        "collector": collector_policy(ARN),
        "metrics adapter": query_policy(ARN),
        "dashboards": dashboards_policy(ARN),
        "team": team_policy(
            TEAM, account="123456789012", cluster_arns=[ARN], assets_arn=ARN, assets_key_arn=ARN, folder="bundles"
        ),
        "plugin": uploads_policy(bucket_arn=ARN, key_arn=ARN, prefix="p/"),
    }


def actions(document: str) -> set[str]:
    """What a policy allows."""
    found: set[str] = set()
    for statement in json.loads(document)["Statement"]:
        stated = statement["Action"]
        found |= {stated} if isinstance(stated, str) else set(stated)
    return found
