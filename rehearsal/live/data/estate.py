"""What the played AWS has of databases, caches, buckets, secrets and roles, as types."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from rehearsal.standins.aws.account.inventory import Item

Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An RDS instance. source: identifier of the one that it replicates. parameters: of its group, by name.

    authority: AWS's name of who signs its certificate. network: the range of the subnet in which it is.
    """

    identifier: str
    region: str
    host: str
    port: int
    network: str
    authority: str
    database: str
    user: str
    password: str
    source: str | None
    parameters: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class CacheUser:
    """A user of ElastiCache."""

    name: str
    access: str
    passwords: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cache:
    """A replication group of ElastiCache. hosts: primary (or configuration) endpoint first."""

    identifier: str
    region: str
    hosts: tuple[str, ...]
    network: str
    port: int
    clustered: bool
    parameters: Mapping[str, str]
    users: tuple[CacheUser, ...]


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """policy: its own. key: ARN of the key that it encrypts with; cors: rules as S3's API has them."""

    name: str
    region: str
    policy: Properties | None = None
    key: str | None = None
    versioned: bool = False
    cors: tuple[Properties, ...] = ()

    def is_read_by(self, service: str) -> bool:
        """Whether its policy names this service of AWS."""
        return service in json.dumps((self.policy or {}).get("Statement"))


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Of Secrets Manager. key: ARN of the key that it is encrypted with."""

    name: str
    arn: str
    region: str
    key: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role of IAM with its inline policies and its trust."""

    name: str
    arn: str
    trust: Properties
    policies: tuple[Properties, ...]


@dataclass(frozen=True, kw_only=True)
class Association:
    """EKS Pod Identity: which role the pods of a service account have."""

    identity: str
    cluster: str
    region: str
    namespace: str
    account: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Estate:
    """All of it."""

    instances: tuple[Instance, ...] = ()
    caches: tuple[Cache, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    secrets: tuple[Secret, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict[str, Role])
    associations: tuple[Association, ...] = ()

    def bucket(self, name: str) -> Bucket | None:
        """A bucket by its name."""
        return next((bucket for bucket in self.buckets if bucket.name == name), None)

    def secret(self, identity: str) -> Secret | None:
        """A secret by its name or ARN."""
        return next((secret for secret in self.secrets if identity in (secret.name, secret.arn)), None)

    def association(self, cluster: str, namespace: str, account: str) -> Association | None:
        """Of a service account's pods."""
        wanted = (cluster, namespace, account)
        found = (one for one in self.associations if (one.cluster, one.namespace, one.account) == wanted)
        return next(found, None)


def read_estate(items: Sequence[Item]) -> Estate:
    """The estate. What is half-made (a user group without its cache) waits for the rest."""
    by = _Kinds(items)
    return Estate(
        instances=tuple(_instances(by)),
        caches=tuple(_caches(by)),
        buckets=tuple(_buckets(by)),
        secrets=tuple(_secrets(by)),
        roles={role.arn: role for role in _roles(by)},
        associations=tuple(
            Association(
                identity=item.identity,
                cluster=found["clusterName"],
                region=item.region,
                namespace=found["namespace"],
                account=found["serviceAccount"],
                role=found["roleArn"],
            )
            for item, found in by.of("eks/podIdentityAssociation")
        ),
    )


class _Kinds:
    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items

    def of(self, kind: str) -> Iterator[tuple[Item, Properties]]:
        return ((item, item.properties) for item in self._items if item.kind == kind)

    def parameters(self, kind: str, name: object, region: str) -> Mapping[str, str]:
        for item, found in self.of(kind):
            if found["name"] == name and item.region == region:
                return {one["name"]: str(one["value"]) for one in found.get("parameters") or ()}
        return {}

    def network(self, kind: str, group: object, region: str, zone: str = "") -> str:
        """The range of a group's subnet: that of the zone, or its first. Raises KeyError where it has none."""
        subnets = {item.identity: found for item, found in self.of("ec2/subnet")}
        for item, found in self.of(kind):
            if found["name"] == group and item.region == region:
                own = [subnets[one] for one in found["subnetIds"] if one in subnets]
                own.sort(key=lambda subnet: (subnet["availabilityZone"] != zone, subnet["cidrBlock"]))
                if own:
                    return str(own[0]["cidrBlock"])
        raise KeyError(f"{kind} {group} has no subnet")


def _instances(by: _Kinds) -> Iterator[Instance]:
    known = {found["identifier"]: found for _, found in by.of("rds/instance")}
    for item, found in by.of("rds/instance"):
        source = str(found.get("replicateSourceDb") or "").rpartition(":")[2] or None
        first = known.get(source or "", found)
        # A replica in its source's region is in its source's subnets, and says nothing of them.
        group = first if found["dbSubnetGroupName"] == "default" else found
        yield Instance(
            identifier=found["identifier"],
            region=item.region,
            host=found["address"],
            port=int(found["port"]),
            network=by.network("rds/subnetGroup", group["dbSubnetGroupName"], item.region, found["availabilityZone"]),
            authority=found["caCertIdentifier"],
            database=first.get("dbName") or "postgres",
            user=first.get("username") or "",
            password=first.get("password") or "",
            source=source,
            parameters=by.parameters("rds/parameterGroup", found["parameterGroupName"], item.region),
        )


def _caches(by: _Kinds) -> Iterator[Cache]:
    users = {
        (item.region, found["userId"]): CacheUser(
            name=found["userName"],
            access=found["accessString"],
            passwords=_passwords(found),
        )
        for item, found in by.of("elasticache/user")
    }
    groups: dict[tuple[str, str], list[str]] = {}
    for item, found in by.of("elasticache/userGroup"):
        groups[item.region, found["userGroupId"]] = list(found.get("userIds") or ())
    for item, found in by.of("elasticache/userGroupAssociation"):
        groups.setdefault((item.region, found["userGroupId"]), []).append(found["userId"])
    for item, found in by.of("elasticache/replicationGroup"):
        names = ("configurationEndpointAddress", "primaryEndpointAddress", "readerEndpointAddress")
        members = [one for group in found.get("userGroupIds") or () for one in groups.get((item.region, group), ())]
        yield Cache(
            identifier=found["replicationGroupId"],
            region=item.region,
            hosts=tuple(found[name] for name in names if found.get(name)),
            network=by.network("elasticache/subnetGroup", found["subnetGroupName"], item.region),
            port=int(found["port"]),
            clustered=bool(found.get("clusterEnabled")),
            parameters=by.parameters("elasticache/parameterGroup", found["parameterGroupName"], item.region),
            users=tuple(users[item.region, one] for one in dict.fromkeys(members) if (item.region, one) in users),
        )


def _passwords(user: Properties) -> tuple[str, ...]:
    modes = cast("Properties", user.get("authenticationMode") or {})
    return tuple(modes.get("passwords") or ())


def _buckets(by: _Kinds) -> Iterator[Bucket]:
    policies = {found["bucket"]: json.loads(found["policy"]) for _, found in by.of("s3/bucketPolicy")}
    cors = {found["bucket"]: tuple(found["corsRules"]) for _, found in by.of("s3/bucketCorsConfiguration")}
    versioned = {
        found["bucket"]: found["versioningConfiguration"]["status"] == "Enabled"
        for _, found in by.of("s3/bucketVersioning")
    }
    keys = {
        found["bucket"]: found["rules"][0]["applyServerSideEncryptionByDefault"].get("kmsMasterKeyId")
        for _, found in by.of("s3/bucketServerSideEncryptionConfiguration")
    }
    for item, found in by.of("s3/bucket"):
        name = found["bucket"]
        yield Bucket(
            name=name,
            region=item.region,
            policy=policies.get(name),
            key=keys.get(name),
            versioned=versioned.get(name, False),
            cors=cors.get(name, ()),
        )


def _secrets(by: _Kinds) -> Iterator[Secret]:
    texts = {found["secretId"]: found["secretString"] for _, found in by.of("secretsmanager/secretVersion")}
    for item, found in by.of("secretsmanager/secret"):
        text = texts.get(found["arn"])
        if text is not None:
            yield Secret(name=found["name"], arn=found["arn"], region=item.region, key=found.get("kmsKeyId"), text=text)


def _roles(by: _Kinds) -> Iterator[Role]:
    policies: dict[str, list[Properties]] = {}
    for _, found in by.of("iam/rolePolicy"):
        policies.setdefault(found["role"], []).append(json.loads(found["policy"]))
    for _, found in by.of("iam/role"):
        yield Role(
            name=found["name"],
            arn=found["arn"],
            trust=json.loads(found["assumeRolePolicy"]),
            policies=tuple(policies.get(found["name"], ())),
        )
