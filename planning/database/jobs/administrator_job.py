"""Where schema Jobs run, what they may reach, and the commands of their two containers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.database.shard import DATABASE_PORT, ShardPlan
from planning.network.addresses import CLOSED_RANGES, region_addresses
from planning.network.network_policy import TO_DNS, TO_POD_IDENTITY, AddressPeer, PolicyPlan, Port, Rule
from planning.shared.iam import policy_document
from planning.shared.naming import SYSTEM_NAMESPACES, stamp
from planning.shared.pods import PodSize

NAMESPACE = SYSTEM_NAMESPACES["schema"]
ACCOUNT = "schema"
USER = 70
"""Of PostgreSQL's Alpine image."""
BACKOFF_LIMIT = 6
"""Tries, from 10 s to 5 min apart: a table that another plugin's migration makes first, a fail-over."""
DEADLINE_SECONDS = 1_200
AWS_CLI = PodSize(cpu_m=50, cpu_limit_m=1000, memory_mib=256)
PSQL = PodSize(cpu_m=50, cpu_limit_m=500, memory_mib=64)
PG_DUMP = PodSize(cpu_m=50, cpu_limit_m=500, memory_mib=256)
"""Of the containers of these Jobs; the last also restores."""
MASTER_DIR = "/run/master"
SCRIPT_DIR = "/run/script"
WORK_DIR = "/run/work"
SCRATCH_DIR = "/tmp"  # noqa: S108  # a mount of its own
CA_DIR = "/etc/naap"
CA_FILE = "database-ca.pem"

SECRET_FILE = "secret.json"  # noqa: S105  # a file's name


def fetch(file: str) -> str:
    """The command that brings an administrator's secret into a volume that is never on a disk."""
    return f"""umask 077; aws secretsmanager get-secret-value --secret-id "$SECRET_ARN" \
--query SecretString --output text > {MASTER_DIR}/{file}"""


LOGIN = f"""set -eu
PGPASSWORD=$(sed -n 's/.*"password": *"\\([^"]*\\)".*/\\1/p' {MASTER_DIR}/{SECRET_FILE})
export PGPASSWORD
"""
"""The start of every command that talks to PostgreSQL."""
APPLY = f"""{LOGIN}exec psql --no-psqlrc --quiet --file {SCRIPT_DIR}/script.sql
"""
"""psql says nothing but errors; what it sends holds verifiers, no password."""


@dataclass(frozen=True, kw_only=True)
class SchemaNamespacePlan:
    """The namespace of schema Jobs, in the home region only."""

    region: str
    policy: PolicyPlan


def plan_schema_namespace(*, region: str, shards: Sequence[ShardPlan]) -> SchemaNamespacePlan:
    """Jobs reach names, their role's credentials, the AWS APIs, and the databases. region: the home region."""
    addresses = region_addresses(region)
    databases = dict.fromkeys(cidr for shard in shards for cidr in shard.client_networks(region))
    # Secrets Manager answers outside, or through an endpoint in the private subnets where the tier has one.
    apis = (
        AddressPeer(cidr="0.0.0.0/0", excluded=CLOSED_RANGES),
        *(AddressPeer(cidr=subnet.private) for subnet in addresses.subnets),
    )
    egress = (
        TO_DNS,
        TO_POD_IDENTITY,
        Rule(peers=apis, ports=(Port(number=443),)),
        Rule(peers=tuple(AddressPeer(cidr=cidr) for cidr in databases), ports=(Port(number=DATABASE_PORT),)),
    )
    return SchemaNamespacePlan(
        region=region, policy=PolicyPlan(name="schema-jobs", namespace=NAMESPACE, ingress=(), egress=egress)
    )


def job_stamp(files: Mapping[str, str], *more: str) -> str:
    """Part of a Job's name: what does something else is another Job."""
    return stamp(*(f"{name}={text}" for name, text in sorted(files.items())), *more)


def job_policy(
    *, secret_arns: Sequence[str], key_arns: Sequence[str], archives_arn: str, archives_key_arn: str, region: str
) -> str:
    """What the Jobs' role may do: read the administrators' secrets, write and read archives.

    archives_arn: of the objects.
    """
    return policy_document(
        {
            "Sid": "Administrators",
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": sorted(secret_arns),
        },
        {
            "Sid": "TheirKeys",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": sorted(key_arns),
            "Condition": {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
        },
        {
            "Sid": "Archives",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            "Resource": archives_arn,
        },
        {
            "Sid": "TheirKey",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": archives_key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        },
    )
