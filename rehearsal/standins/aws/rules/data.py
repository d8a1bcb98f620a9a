"""Computed outputs of databases, caches, buckets and backups."""

from __future__ import annotations

from collections.abc import Callable

from rehearsal.standins.aws.aws_facts import ACCOUNT, Facts
from rehearsal.standins.aws.computed_outputs import account_part, database_port, inherited
from rehearsal.standins.aws.regions import region_facts
from rehearsal.standins.aws.rules.network import Rules
from rehearsal.standins.values import Map, Value

_CACHE_PORT = 6379


def _from_source(name: str, default: Value = "") -> Callable[[Facts], Value]:
    def rule(facts: Facts) -> Value:
        return inherited(facts, name, default)

    return rule


def _full_version(facts: Facts) -> Value:
    """What runs when only a major version is asked for."""
    version = str(inherited(facts, "engineVersion"))
    return version if "." in version or not version else f"{version}.4"


def _database_zone(facts: Facts) -> Value:
    zones = region_facts(facts.region).zones
    return f"{facts.region}{zones[int(facts.hex(4, 'zone'), 16) % min(3, len(zones))]}"


def _master_user_secrets(facts: Facts) -> Value:
    if not facts.input("manageMasterUserPassword", default=False):
        return []
    key = facts.input("masterUserSecretKmsKeyId") or f"arn:aws:kms:{facts.region}:{ACCOUNT}:key/{facts.uuid('key')}"
    name = f"rds!db-{facts.uuid('secret')}-{facts.hex(6)}"
    arn = f"arn:aws:secretsmanager:{facts.region}:{ACCOUNT}:secret:{name}"
    return [{"kmsKeyId": key, "secretArn": arn, "secretStatus": "active"}]


def _database_key(facts: Facts) -> Value:
    """Without a key of its own, an encrypted database uses the account's key for RDS."""
    if not facts.input("storageEncrypted", default=False):
        return ""
    return (
        f"arn:aws:kms:{facts.region}:{ACCOUNT}:key/{account_part(facts)[:8]}-0000-4000-8000-{account_part(facts)[:12]}"
    )


def _parameter_group(facts: Facts) -> Value:
    engine, version = str(inherited(facts, "engine")), str(inherited(facts, "engineVersion"))
    return f"default.{engine}{version.partition('.')[0]}"


def _is_clustered(facts: Facts) -> bool:
    if facts.input("clusterMode") is not None:
        return facts.input("clusterMode") in {"enabled", "compatible"}
    return int(facts.input("numNodeGroups", 1)) > 1 or str(facts.input("parameterGroupName", "")).endswith(
        ".cluster.on"
    )


def _cache_host(facts: Facts, role: str) -> Value:
    group, code = facts.input("replicationGroupId"), region_facts(facts.region).code
    account = account_part(facts)[:6]
    if role == "clustercfg" or facts.input("transitEncryptionEnabled", default=False):
        return f"{role}.{group}.{account}.{code}.cache.amazonaws.com"
    name = group if role == "master" else f"{group}-ro"
    return f"{name}.{account}.ng.0001.{code}.cache.amazonaws.com"


def _primary(facts: Facts) -> Value:
    return "" if _is_clustered(facts) else _cache_host(facts, "master")


def _reader(facts: Facts) -> Value:
    return "" if _is_clustered(facts) else _cache_host(facts, "replica")


def _configuration(facts: Facts) -> Value:
    return _cache_host(facts, "clustercfg") if _is_clustered(facts) else ""


def _nodes(facts: Facts) -> int:
    groups = int(facts.input("numNodeGroups", 1))
    replicas = facts.input("replicasPerNodeGroup")
    return int(facts.input("numCacheClusters") or groups * (1 + int(replicas or 0)))


def _members(facts: Facts) -> Value:
    group = facts.input("replicationGroupId")
    if not _is_clustered(facts):
        return [f"{group}-{node + 1:03}" for node in range(_nodes(facts))]
    shards = int(facts.input("numNodeGroups", 1))
    each = _nodes(facts) // shards
    return [f"{group}-{shard + 1:04}-{node + 1:03}" for shard in range(shards) for node in range(each)]


def _is_valkey(facts: Facts) -> Value:
    return facts.input("engine") == "valkey"


def _cluster_mode(facts: Facts) -> Value:
    return "enabled" if _is_clustered(facts) else "disabled"


def _replicas(facts: Facts) -> Value:
    return _nodes(facts) // int(facts.input("numNodeGroups", 1)) - 1


def _authentication(facts: Facts) -> Value:
    return {"passwordCount": len(facts.input("passwords", []))}


def _cache_version(facts: Facts) -> Value:
    version = str(facts.input("engineVersion", "8.0" if facts.input("engine") == "valkey" else "7.1"))
    return f"{version}.0" if version.count(".") == 1 else version


_INSTANCE: Map = {
    "address": "{identifier}.{accountOfDatabases}.{region}.rds.amazonaws.com",
    "allocatedStorage": _from_source("allocatedStorage", 20),
    "availabilityZone": _database_zone,
    "backupRetentionPeriod": 0,
    "backupTarget": "region",
    "backupWindow": "03:00-03:30",
    "caCertIdentifier": "rds-ca-rsa2048-g1",
    "databaseInsightsMode": "standard",
    "dbName": _from_source("dbName"),
    "dbSubnetGroupName": "default",
    "engine": _from_source("engine"),
    "engineLifecycleSupport": "open-source-rds-extended-support",
    "engineVersion": _full_version,
    "engineVersionActual": _full_version,
    "hostedZoneId": "{databaseZone}",
    "kmsKeyId": _database_key,
    "latestRestorableTime": "{time}",
    "licenseModel": "postgresql-license",
    "listenerEndpoints": [],
    "maintenanceWindow": "sun:05:00-sun:05:30",
    "masterUserSecrets": _master_user_secrets,
    "multiAz": False,
    "networkType": "IPV4",
    "parameterGroupName": _parameter_group,
    "performanceInsightsRetentionPeriod": 0,
    "port": database_port,
    "endpoint": "{address}:{port}",
    "replicas": [],
    "resourceId": "{id}",
    "status": "available",
    "storageThroughput": 0,
    "storageType": "gp2",
    "upgradeRolloutOrder": "second",
    "username": _from_source("username"),
    "vpcSecurityGroupIds": [],
}
_CLUSTER: Map = {
    "clusterResourceId": "cluster-{upper:26}",
    "caCertificateValidTill": "2061-05-21T23:00:00Z",
    "endpoint": "{clusterIdentifier}.cluster-{accountOfDatabases}.{region}.rds.amazonaws.com",
    "engineVersionActual": _full_version,
    "hostedZoneId": "{databaseZone}",
    "masterUserSecrets": _master_user_secrets,
    "port": database_port,
    "readerEndpoint": "{clusterIdentifier}.cluster-ro-{accountOfDatabases}.{region}.rds.amazonaws.com",
    "upgradeRolloutOrder": "second",
}
_CLUSTER_INSTANCE: Map = {
    "availabilityZone": _database_zone,
    "dbiResourceId": "db-{upper:26}",
    "endpoint": "{identifier}.{accountOfDatabases}.{region}.rds.amazonaws.com",
    "engineVersionActual": _full_version,
    "kmsKeyId": "",
    "networkType": "IPV4",
    "port": database_port,
    "storageEncrypted": True,
    "writer": False,
}
_REPLICATION_GROUP: Map = {
    "atRestEncryptionEnabled": _is_valkey,  # it encrypts unless told otherwise
    "autoMinorVersionUpgrade": True,
    "clusterEnabled": _is_clustered,
    "clusterMode": _cluster_mode,
    "configurationEndpointAddress": _configuration,
    "engine": "redis",
    "engineVersion": _cache_version,
    "engineVersionActual": _cache_version,
    "ipDiscovery": "ipv4",
    "maintenanceWindow": "sun:06:00-sun:07:00",
    "memberClusters": _members,
    "networkType": "ipv4",
    "numCacheClusters": _nodes,
    "numNodeGroups": 1,
    "primaryEndpointAddress": _primary,
    "readerEndpointAddress": _reader,
    "replicasPerNodeGroup": _replicas,
    "snapshotWindow": "04:00-05:00",
    "subnetGroupName": "default",
}
_CACHE_CLUSTER: Map = {
    "cacheNodes": [{"address": "{clusterId}.{accountOfCaches}.0001.{regionCode}.cache.amazonaws.com", "id": "0001"}],
    "clusterAddress": "{clusterId}.{accountOfCaches}.cfg.{regionCode}.cache.amazonaws.com",
    "configurationEndpoint": "{clusterAddress}:11211",
    "engineVersionActual": _cache_version,
    "numCacheNodes": 1,
    "port": _CACHE_PORT,
}
_BUCKET: Map = {
    "bucketDomainName": "{bucket}.s3.amazonaws.com",
    "bucketNamespace": "global",
    "bucketRegion": "{region}",
    "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
    "hostedZoneId": "{bucketZone}",
    "objectLockEnabled": False,
    "requestPayer": "BucketOwner",
    "websiteDomain": "",
    "websiteEndpoint": "",
}
_OBJECT: Map = {
    **{f"checksum{name}": "" for name in ("Crc32", "Crc32c", "Crc64nvme", "Sha1", "Sha256")},
    "acl": "private",
    "contentType": "application/octet-stream",
    "key": "{objectKey}",
    "etag": "{hex:32}",
    "serverSideEncryption": "AES256",
    "storageClass": "STANDARD",
    "versionId": "{upper:32}",
}

DATA: Rules = {
    "backup/plan": {"version": "{hex:48}"},
    "backup/vault": {"kmsKeyArn": "arn:aws:kms:{region}:{account}:key/{uuid}", "recoveryPoints": 0},
    **{
        f"backup/vault{noun}": {"backupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{backupVaultName}"}
        for noun in ("LockConfiguration", "Notifications", "Policy")
    },
    "dynamodb/table": {"streamArn": "", "streamLabel": ""},
    "elasticache/cluster": _CACHE_CLUSTER,
    "elasticache/replicationGroup": _REPLICATION_GROUP,
    "elasticache/subnetGroup": {"vpcId": "{vpc}"},
    "elasticache/user": {"authenticationMode": _authentication},
    "rds/cluster": _CLUSTER,
    "rds/clusterInstance": _CLUSTER_INSTANCE,
    "rds/instance": _INSTANCE,
    "rds/subnetGroup": {"supportedNetworkTypes": ["IPV4"], "vpcId": "{vpc}"},
    "s3/accountPublicAccessBlock": {"accountId": "{account}"},
    "s3/bucket": _BUCKET,
    "s3/bucketLifecycleConfiguration": {"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"},
    "s3/bucketObjectv2": _OBJECT,
}
