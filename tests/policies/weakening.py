"""How a field is weakened: a table of kinds of fields, applied to every object of every type that is built.

Nothing here knows a resource by its name. A kind says which fields are its own, by their path or their value, and what
a careless hand could make of them.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

REMOVED = object()
"""In place of a value: the field is not there any more."""

Own = Callable[[str, str, Any], bool]
"""Whether a field is of a kind: by type of the resource, path in it (`*` for an index), and value."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Fields of one kind. weaker: what becomes of the value, each one a mutant."""

    name: str
    own: Own
    weaker: Callable[[Any], Iterable[Any]]


def ends(pattern: str, types: str = "") -> Own:
    """Fields whose path ends in one of these keys, of resources whose type has this pattern in it."""
    end, of = re.compile(pattern + "$" if pattern.startswith("^") else rf"(^|\.)({pattern})$"), re.compile(types)
    return lambda kind, path, _: end.search(path) is not None and of.search(kind) is not None


def holds(pattern: str) -> Own:
    """Texts with this pattern in them."""
    found = re.compile(pattern, re.DOTALL)
    return lambda _kind, _path, value: isinstance(value, str) and found.search(value) is not None


def _replaced(pattern: str, weaker: str) -> Callable[[Any], Iterable[Any]]:
    return lambda text: (re.sub(pattern, weaker, text),)


def _with(**fields: Any) -> Callable[[Any], Iterable[Any]]:
    """One mutant for each field that is added."""
    return lambda value: ({**value, name: weaker} for name, weaker in fields.items())


def _statements(text: str) -> Iterable[str]:
    """A policy document with one statement weakened."""
    document = json.loads(text)
    found = cast("list[dict[str, Any]]", document["Statement"])
    for number, statement in enumerate(found):
        for weaker in _weaker_statements(statement):
            yield json.dumps({**document, "Statement": [*found[:number], *weaker, *found[number + 1 :]]})


def _weaker_statements(statement: Mapping[str, Any]) -> Iterable[list[dict[str, Any]]]:
    if statement["Effect"] == "Deny":
        yield []
        return
    stated = statement["Action"]
    actions = cast("list[str]", stated) if isinstance(stated, list) else [str(stated)]
    yield [{**statement, "Action": "*"}]
    if (whole := actions[0].split(":", maxsplit=1)[0] + ":*") not in actions:
        yield [{**statement, "Action": [whole]}]
    if "Principal" in statement:
        yield [{**statement, "Principal": "*"}]
    elif statement.get("Resource") != "*":
        yield [{**statement, "Resource": "*"}]
    if "Condition" in statement:
        yield [{key: value for key, value in statement.items() if key != "Condition"}]


def _items_gone(found: Any) -> Iterable[list[Any]]:
    value = cast("list[Any]", found) if isinstance(found, list) else []
    return ([*value[:number], *value[number + 1 :]] for number in range(len(value)))


def _undigested(image: str) -> Iterable[str]:
    yield image.partition("@")[0]
    yield image.partition("@")[0].rpartition(":")[0] + ":latest"


def _is_pod(_kind: str, _path: str, value: Any) -> bool:
    return isinstance(value, dict) and "containers" in value


def _is_container(_kind: str, _path: str, value: Any) -> bool:
    return isinstance(value, dict) and {"image", "name", "resources"} <= value.keys()


def _is_from_secret(_kind: str, _path: str, value: Any) -> bool:
    return isinstance(value, dict) and "secretKeyRef" in str(cast("dict[str, Any]", value).get("valueFrom"))


WORDS = {
    "restricted": "privileged",
    "RuntimeDefault": "Unconfined",
    "ClusterIP": "NodePort",
    "Deny": "Allow",
    "DefaultDeny": "DefaultAllow",
    "AlwaysAllow": "IfHealthyBudget",
    "DropHeader": "Allow",
    "Sanitize": "ForwardOnly",
    "Selector": "All",
    "HTTPS": "HTTP",
    "https-only": "http-only",
    "redirect-to-https": "allow-all",
    "TLSv1.2_2021": "TLSv1_2016",
    "TLSv1.2": "TLSv1",
    "1.2": "1.0",
    "ELBSecurityPolicy-TLS13-1-2-2021-06": "ELBSecurityPolicy-2016-08",
    "required": "preferred",
    "API": "CONFIG_MAP",
    "Enabled": "Disabled",
    "BucketOwnerEnforced": "ObjectWriter",
    "aws:kms": "AES256",
    "always": "never",
    "DENY": "SAMEORIGIN-ALL",
    "defensive": "monitor",
    "password": "no-password-required",
    "PriceClass_100": "PriceClass_All",
    "PriceClass_200": "PriceClass_All",
}
"""Words with a weaker one, wherever they stand."""

GUARDS = "|".join((
    "securityContext|capabilities|drop|seccompProfile|runAsNonRoot|runAsUser|readOnlyRootFilesystem",
    "allowPrivilegeEscalation|resources|limits|requests|cpu|memory|sizeLimit|readinessProbe|livenessProbe",
    "topologySpreadConstraints|serviceAccountName|automountServiceAccountToken|hard|max|matchLabels",
    "policyTypes|from|to|except|podSelector|namespaceSelector|metrics|behavior|unhealthyPodEvictionPolicy",
    "rateLimit|mergeType|jwt|extAuth|authorization|csrf|audiences|issuer|earlyRequestHeaders|allowedRoutes",
    "networkPolicy|enable-network-policy-controller|pod-security\\.kubernetes\\.io/enforce",
    "kmsKeyId|kmsKeyArn|kmsMasterKeyId|performanceInsightsKmsKeyId|replicaKmsKeyId|encryptionConfig",
    "encryptionConfiguration|sslPolicy|webAclId|responseHeadersPolicyId|originAccessControlId|viewerCertificate",
    "accessLogs|accessConfig|enabledClusterLogTypes|enabledCloudwatchLogsExports|logDeliveryConfigurations",
    "userGroupIds|transitEncryptionMode|publicAccessCidrs|vpcSecurityGroupIds|securityGroupIds|securityGroups|alarmActions",
    "contentSecurityPolicy|contentTypeOptions|frameOptions|strictTransportSecurity|referrerPolicy",
    "securityHeadersConfig|backupRetentionPeriod|retentionInDays|retentionPeriod|snapshotRetentionLimit",
    "defaultRetention|monitoringInterval|noncurrentVersionExpiration|authenticationMode",
    "tags\\.(Project|Environment|Component|Owner|CostCenter)|sinks|accessLog|redactedFields|tls",
))  # fmt: skip
"""Fields, and whole blocks, that protect by being there."""

LISTS = "drop|policyTypes|enabledClusterLogTypes|enabledCloudwatchLogsExports|parameters|except|metrics|remove|rules"
FEWER = r"(retention|backupRetention|rotation)Period|retentionInDays|snapshotRetentionLimit|stabilizationWindowSeconds"

KINDS: tuple[Kind, ...] = (
    Kind(name="switch", own=lambda _k, _p, value: isinstance(value, bool), weaker=lambda value: (not value, REMOVED)),
    Kind(
        name="word",
        own=lambda _k, _p, value: isinstance(value, str) and value in WORDS,
        weaker=lambda value: (WORDS[value],),
    ),
    Kind(name="guard", own=ends(GUARDS), weaker=lambda _: (REMOVED,)),
    Kind(name="fewer", own=ends(FEWER), weaker=lambda _: (0,)),
    Kind(name="item", own=ends(LISTS), weaker=_items_gone),
    Kind(
        name="network",
        own=holds(r"^[\d.]+/[1-9]\d*$"),
        weaker=lambda _: ("0.0.0.0/0",),
    ),
    Kind(name="statement", own=holds(r'^\{.*"Statement"'), weaker=_statements),
    Kind(name="image", own=ends("image"), weaker=_undigested),
    Kind(
        name="literal",
        own=_is_from_secret,
        weaker=lambda value: ({"name": value["name"], "value": "scheme://user:word@host/"},),
    ),
    Kind(
        name="pod",
        own=_is_pod,
        weaker=lambda pod: (
            *_with(hostNetwork=True, hostPID=True, hostIPC=True, terminationGracePeriodSeconds=0)(pod),
            {**pod, "volumes": [{"name": "node", "hostPath": {"path": "/"}}]},
        ),
    ),
    Kind(
        name="container",
        own=_is_container,
        weaker=lambda one: (
            {
                **one,
                "securityContext": {**one["securityContext"], "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}},
            },
            {**one, "securityContext": {**one["securityContext"], "runAsUser": 0}},
            {**one, "ports": [{"containerPort": 80, "hostPort": 80}]},
            {**one, "env": [{"name": "API_TOKEN", "value": "word"}]},
        ),
    ),
    Kind(name="rollout", own=ends(r"rollingUpdate\.maxUnavailable"), weaker=lambda _: ("50%",)),
    Kind(name="pace", own=ends(r"readinessProbe\.periodSeconds"), weaker=lambda _: (1,)),
    Kind(name="service", own=ends("^spec", ":Service$"), weaker=_with(externalIPs=["198.51.100.7"])),
    Kind(name="config", own=ends("data", ":ConfigMap$"), weaker=_with(extra="postgresql://user:word@host/db")),
    Kind(name="opened", own=ends("^spec", ":NetworkPolicy$"), weaker=_with(ingress=[{}], egress=[{}])),
    Kind(
        name="scaling",
        own=ends("^spec", ":HorizontalPodAutoscaler$"),
        weaker=_with(minReplicas=9_999, maxReplicas=0, scaleTargetRef={"kind": "Deployment", "name": "nobody"}),
    ),
    Kind(name="budget", own=ends("^spec", ":PodDisruptionBudget$"), weaker=_with(maxUnavailable=0, selector={})),
    Kind(name="replicas", own=ends("^spec", ":Deployment$"), weaker=_with(replicas=7, selector={})),
    Kind(
        name="role",
        own=ends(r"rules\.\*", "rbac"),
        weaker=_with(apiGroups=["*"], resources=["*"], verbs=["*", "impersonate"]),
    ),
    Kind(name="binding", own=ends(r"roleRef\.name"), weaker=lambda _: ("cluster-admin",)),
    Kind(name="subject", own=ends(r"subjects\.\*\.name"), weaker=lambda _: ("system:authenticated",)),
    Kind(name="route", own=ends(r"rules\.\*\.name", ":HTTPRoute$"), weaker=lambda _: ("forgotten",)),
    Kind(
        name="clear text",
        own=holds("sslmode = "),
        weaker=_replaced(r"(client|server)_tls_sslmode = \S+", r"\1_tls_sslmode = disable"),
    ),
    Kind(name="clear text", own=holds("^hostssl "), weaker=_replaced("hostssl", "host")),
    Kind(name="trust", own=holds("^hostssl "), weaker=_replaced("scram-sha-256", "trust")),
    Kind(name="pool", own=holds(r"[^_]pool_size=\d"), weaker=_replaced(r" pool_size=\d+", " pool_size=4000")),
    Kind(name="access", own=ends("accessString"), weaker=lambda _: ("on ~* &* +@all",)),
    Kind(
        name="size",
        own=ends("instanceClass|nodeType"),
        weaker=lambda value: (value.split(".")[0] + ".x2iedn.32xlarge",),
    ),
    Kind(name="family", own=ends(r"requirements\.\*\.values", ":NodePool$"), weaker=lambda _: (["p5"],)),
)
