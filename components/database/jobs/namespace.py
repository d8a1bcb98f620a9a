"""The namespace of schema Jobs: the only place from which the administrators' secrets can be read.

    SchemaNamespace("schema", plan=plan_schema_namespace(region=home, shards=shards), cluster=cluster.name,
                    secret_arns=[d.master_secret_arn ...], key_arns=[d.key_arn ...],
                    backups_arn=storage.backups.arn, backups_key_arn=storage.key_arn, tags=tags,
                    opts=ResourceOptions(parent=home_region, providers=[cluster.provider]))

Made once, in the home region. Handle: needed (what a Job waits for).
"""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import core, meta

from components.shared.component import Component
from components.shared.namespace import restricted_namespace
from components.shared.network_policy import network_policy
from components.shared.service_account import aws_account
from planning.database.archive import PREFIX
from planning.database.jobs.administrator_job import ACCOUNT, CA_FILE, NAMESPACE, SchemaNamespacePlan, job_policy
from planning.database.rds_authorities import rds_authorities
from planning.network.network_policy import default_deny
from planning.shared.labels import labels
from planning.shared.tags import Tags

CA_CONFIG = "database-ca"


class SchemaNamespace(Component, token="naap:platform:SchemaNamespace"):
    """Its Jobs share one service account; no plugin's pods run here, and none may come in."""

    def __init__(
        self,
        name: str,
        *,
        plan: SchemaNamespacePlan,
        cluster: str,
        secret_arns: Sequence[pulumi.Input[str]],
        key_arns: Sequence[pulumi.Input[str]],
        backups_arn: pulumi.Input[str],
        backups_key_arn: pulumi.Input[str],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        found = labels("schema", "schema")
        namespace = restricted_namespace(f"{name}-namespace", name=NAMESPACE, labels=found, opts=self.child())
        inside = self.child(namespace)
        policies = [
            network_policy(f"{name}-{policy.name}", plan=policy, labels=found, opts=inside)
            for policy in (default_deny(NAMESPACE), plan.policy)
        ]
        authorities = core.v1.ConfigMap(
            f"{name}-authorities",
            metadata=meta.v1.ObjectMetaArgs(name=CA_CONFIG, namespace=NAMESPACE, labels=found),
            data={CA_FILE: rds_authorities([plan.region])},
            opts=inside,
        )
        arns = pulumi.Output.all(
            secret_arns=pulumi.Output.all(*secret_arns),
            key_arns=pulumi.Output.all(*key_arns),
            archives_arn=pulumi.Output.concat(backups_arn, f"/{PREFIX}/*"),
            archives_key_arn=backups_key_arn,
        )
        identity = aws_account(
            name,
            account=ACCOUNT,
            namespace=NAMESPACE,
            labels=found,
            cluster=cluster,
            policy=arns.apply(lambda got: job_policy(**got, region=plan.region)),
            tags=tags.of("schema"),
            inside=inside,
            parent=self,
        )
        self.needed: Sequence[pulumi.Resource] = [*policies, authorities, identity]
