"""Rules on databases, keys and secrets: encrypted, backed up, private, hard to lose."""

from collections.abc import Iterable

from policies.properties import get, stated
from policies.rule import Environment, Resource, rule

RDS = frozenset({"aws:rds/instance:Instance"})
KEY = frozenset({"aws:kms/key:Key"})


@rule("aws-rds-encrypted", RDS)
def _rds_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if _is_replica(resource):
        return  # encrypted as its source is
    if get(resource.props, "storageEncrypted", False) is not True:
        yield "storage isn't encrypted: storageEncrypted is not true"
    if not stated(resource.props, "kmsKeyId"):
        yield "not encrypted by a key of ours: no kmsKeyId"


@rule("aws-rds-private", RDS)
def _rds_private(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "publiclyAccessible", False) is not False:
        yield "reachable from the internet: publiclyAccessible"
    if not stated(resource.props, "vpcSecurityGroupIds"):
        yield "the VPC's default group decides who reaches it: no vpcSecurityGroupIds"


@rule("aws-rds-deletion-protection", RDS)
def _rds_protection(resource: Resource, environment: Environment) -> Iterable[str]:
    # A replica in the same region is made again from its source.
    if not environment.production or _is_replica(resource):
        return
    if get(resource.props, "deletionProtection", False) is not True:
        yield "deletionProtection is not true"
    if get(resource.props, "skipFinalSnapshot", False):
        yield "deleted without a final snapshot: skipFinalSnapshot"
    if get(resource.props, "deleteAutomatedBackups", True) is not False:
        yield "its backups are deleted with it: deleteAutomatedBackups is not false"


@rule("aws-rds-backups", RDS)
def _rds_backups(resource: Resource, environment: Environment) -> Iterable[str]:
    kept = get(resource.props, "backupRetentionPeriod", 0)
    if not _is_replica(resource) and kept < environment.backup_days:
        yield f"backups are kept for {kept} days, {environment.backup_days} are demanded"


@rule("aws-rds-multi-az", RDS)
def _rds_multi_az(resource: Resource, environment: Environment) -> Iterable[str]:
    if environment.multi_az and not _is_replica(resource) and get(resource.props, "multiAz", False) is not True:
        yield "the loss of one zone stops it: multiAz is not true"


@rule("aws-rds-observed", RDS)
def _rds_observed(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "performanceInsightsEnabled", False) is not True:
        yield "performanceInsightsEnabled is not true"
    if get(resource.props, "monitoringInterval", 0) == 0:
        yield "enhanced monitoring is off: monitoringInterval is 0"
    if not stated(resource.props, "performanceInsightsKmsKeyId"):
        yield "statements are kept without a key of ours: no performanceInsightsKmsKeyId"
    missing = {"postgresql", "upgrade"} - set(get(resource.props, "enabledCloudwatchLogsExports", []))
    if missing and not _is_replica(resource):
        yield f"its log isn't exported: enabledCloudwatchLogsExports lacks {', '.join(sorted(missing))}"


@rule("aws-rds-upkeep", RDS)
def _rds_upkeep(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "autoMinorVersionUpgrade", True) is not True:
        yield "known holes stay open: autoMinorVersionUpgrade is not true"
    if not _is_replica(resource) and get(resource.props, "copyTagsToSnapshot", False) is not True:
        yield "nobody knows whose its snapshots are: copyTagsToSnapshot is not true"
    if get(resource.props, "iamDatabaseAuthenticationEnabled", False) is not True:
        yield "people have to share a password: iamDatabaseAuthenticationEnabled is not true"


@rule("aws-rds-tls", frozenset({"aws:rds/parameterGroup:ParameterGroup"}))
def _rds_tls(resource: Resource, _: Environment) -> Iterable[str]:
    parameters = {get(item, "name"): str(get(item, "value")) for item in get(resource.props, "parameters", [])}
    for name, wanted in (
        ("rds.force_ssl", "1"),
        ("password_encryption", "scram-sha-256"),
        ("rds.restrict_password_commands", "1"),
    ):
        if parameters.get(name) != wanted:
            yield f"parameter {name} is not {wanted}"


@rule("aws-key-rotation", KEY)
def _key_rotation(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "enableKeyRotation", False) is not True:
        yield "enableKeyRotation is not true"
    if get(resource.props, "deletionWindowInDays", 30) < 7:  # noqa: PLR2004  # AWS's own minimum
        yield "deleted within less than 7 days"


@rule("aws-topic-encrypted", frozenset({"aws:sns/topic:Topic"}))
def _topic_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if not stated(resource.props, "kmsMasterKeyId"):
        yield "no kmsMasterKeyId"


@rule("aws-secret-encrypted", frozenset({"aws:secretsmanager/secret:Secret"}))
def _secret_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if not stated(resource.props, "kmsKeyId"):
        yield "not encrypted by a key of ours: no kmsKeyId"


@rule("aws-metrics-encrypted", frozenset({"aws:amp/workspace:Workspace"}))
def _metrics_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if not stated(resource.props, "kmsKeyArn"):
        yield "not encrypted by a key of ours: no kmsKeyArn"


@rule("aws-rds-copies", frozenset({"aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"}))
def _rds_copies(resource: Resource, environment: Environment) -> Iterable[str]:
    if not stated(resource.props, "kmsKeyId"):
        yield "copies aren't encrypted by a key of ours: no kmsKeyId"
    if get(resource.props, "retentionPeriod", 0) < environment.backup_days:
        yield f"copies are kept for less than {environment.backup_days} days: retentionPeriod"


def _is_replica(resource: Resource) -> bool:
    """Made again from its source, known or not."""
    return stated(resource.props, "replicateSourceDb")
