"""Physical names: made up where the program states none, and checked against AWS's limits where it does."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rehearsal.standins.aws.sdk.check import Failure
from rehearsal.standins.aws.sdk.schema import ResourceType, Scalar
from rehearsal.standins.values import Map, is_unknown, without_secrets

DEFAULTS = "__defaults"  # pulumi-aws records under this key which names it made up
SUFFIX = 7  # hexadecimal digits


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """How one kind of resource is named."""

    property: str = "name"
    longest: int = 255
    lower: bool = False
    pattern: str = ""  # what AWS takes, where it is stricter than the length
    prefix: str = ""  # what AWS demands in front
    fifo: str = ""  # the input that makes AWS demand `.fifo` at the end


_HYPHENATED = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DATABASE = r"[a-z](?:-?[a-z0-9])*"
_IAM = r"[\w+=,.@-]+"
_BALANCER = NameRule(longest=32, pattern=rf"(?!internal-){_HYPHENATED}")
_TARGETS = NameRule(longest=32, pattern=_HYPHENATED)
_LOWER = NameRule(lower=True, pattern=r"[a-z0-9 ._-]+")

RULES: dict[str, NameRule] = {
    "alb/loadBalancer": _BALANCER,
    "alb/targetGroup": _TARGETS,
    "backup/vault": NameRule(longest=50, pattern=r"[a-zA-Z0-9_-]{2,}"),
    "budgets/budget": NameRule(longest=100),
    "cloudfront/cachePolicy": NameRule(longest=128),
    "cloudfront/function": NameRule(longest=64, pattern=r"[a-zA-Z0-9_-]+"),
    "cloudfront/keyValueStore": NameRule(longest=64, pattern=r"[a-zA-Z0-9_-]+"),
    "cloudfront/originAccessControl": NameRule(longest=64),
    "cloudwatch/eventRule": NameRule(longest=64, pattern=r"[\w.-]+"),
    "cloudwatch/logDeliveryDestination": NameRule(longest=60, pattern=r"[\w-]+"),
    "cloudwatch/logDeliverySource": NameRule(longest=60, pattern=r"[\w-]+"),
    "cloudwatch/logGroup": NameRule(longest=512, pattern=r"[\w./#-]+"),
    "ecr/repository": NameRule(longest=256, lower=True, pattern=r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"),
    "eks/cluster": NameRule(longest=100, pattern=r"[0-9A-Za-z][\w-]*"),
    "eks/fargateProfile": NameRule(property="fargateProfileName", longest=100),
    "eks/nodeGroup": NameRule(property="nodeGroupName", longest=63),
    "elasticache/cluster": NameRule(property="clusterId", longest=50, lower=True, pattern=_DATABASE),
    "elasticache/parameterGroup": _LOWER,
    "elasticache/replicationGroup": NameRule(property="replicationGroupId", longest=40, lower=True, pattern=_DATABASE),
    "elasticache/subnetGroup": _LOWER,
    "iam/group": NameRule(longest=128, pattern=_IAM),
    "iam/instanceProfile": NameRule(longest=128, pattern=_IAM),
    "iam/policy": NameRule(longest=128, pattern=_IAM),
    "iam/role": NameRule(longest=64, pattern=_IAM),
    "iam/rolePolicy": NameRule(longest=128, pattern=_IAM),
    "iam/user": NameRule(longest=64, pattern=_IAM),
    "kms/alias": NameRule(longest=256, prefix="alias/", pattern=r"alias/[\w/-]+"),
    "lambda/function": NameRule(longest=64, pattern=r"[\w-]+"),
    "lb/loadBalancer": _BALANCER,
    "lb/targetGroup": _TARGETS,
    "rds/cluster": NameRule(property="clusterIdentifier", longest=63, lower=True, pattern=_DATABASE),
    "rds/clusterInstance": NameRule(property="identifier", longest=63, lower=True, pattern=_DATABASE),
    "rds/clusterParameterGroup": _LOWER,
    "rds/instance": NameRule(property="identifier", longest=63, lower=True, pattern=_DATABASE),
    "rds/optionGroup": _LOWER,
    "rds/parameterGroup": _LOWER,
    "rds/subnetGroup": _LOWER,
    "s3/bucket": NameRule(property="bucket", longest=63, lower=True, pattern=r"(?!.*\.\.)[a-z0-9][a-z0-9.-]+[a-z0-9]"),
    "scheduler/schedule": NameRule(longest=64, pattern=r"[\w.-]+"),
    "secretsmanager/secret": NameRule(longest=512, pattern=r"[\w/+=.@-]+"),
    "sns/topic": NameRule(longest=256, pattern=r"[\w-]+(?:\.fifo)?", fifo="fifoTopic"),
    "sqs/queue": NameRule(longest=80, pattern=r"[\w-]+(?:\.fifo)?", fifo="fifoQueue"),
    "wafv2/ipSet": NameRule(longest=128, pattern=r"[\w-]+"),
    "wafv2/regexPatternSet": NameRule(longest=128, pattern=r"[\w-]+"),
    "wafv2/ruleGroup": NameRule(longest=128, pattern=r"[\w-]+"),
    "wafv2/webAcl": NameRule(longest=128, pattern=r"[\w-]+"),
}
_NOT_NAMES = {"route53/record", "route53/zone"}  # their name is a domain name


def name_rule(kind: ResourceType) -> NameRule | None:
    """The rule of a resource type; None where it has no name that could be made up."""
    rule = RULES.get(kind.kind, NameRule())
    known = kind.inputs.properties.get(rule.property)
    if kind.kind in _NOT_NAMES or known is None or known.required or known.type != Scalar(kind="string"):
        return None
    return rule


def autoname(kind: ResourceType, urn: str, olds: Map, news: Map, *, proposed: str = "", disabled: bool = False) -> Map:
    """The inputs with a name; one that was made up before is kept for as long as the resource lives."""
    rule = name_rule(kind)
    if rule is None or disabled or news.get(rule.property) is not None:  # see `check_name` for disabled
        return news
    if news.get(f"{rule.property}Prefix") is not None:
        return news  # AWS's own naming by prefix; see `prefixed`
    if rule.property in olds.get(DEFAULTS, ()) and olds.get(rule.property):
        name = olds[rule.property]
    else:
        name = _spell(rule, proposed or f"{urn.split('::', 3)[3]}-{_digits(urn, news)}", news)
    return {**news, rule.property: name, DEFAULTS: [*news.get(DEFAULTS, ()), rule.property]}


def prefixed(prefix: str, seed: str) -> str:
    """A name under a stated prefix: as the provider does, with 26 digits of time and count."""
    digits = str(int(hashlib.sha256(seed.encode()).hexdigest(), 16))
    return f"{prefix}2026{digits[:22]}"


def check_name(kind: ResourceType, inputs: Map) -> Iterator[Failure]:
    """What AWS would say against the name, stated or made up, and whether there is none."""
    needed = name_rule(kind)
    if needed and inputs.get(needed.property) is None and inputs.get(f"{needed.property}Prefix") is None:
        yield needed.property, "is missing, and making up names is switched off: state a name"
    rule = RULES.get(kind.kind)
    value = without_secrets(inputs.get(rule.property)) if rule else None
    if rule is None or not isinstance(value, str) or is_unknown(value):
        return
    made_up = rule.property in inputs.get(DEFAULTS, ())
    if len(value) > rule.longest:
        advice = "state a shorter one" if made_up else "shorten it"
        origin = "the made-up name" if made_up else "the name"
        yield (
            rule.property,
            f"{origin} {value!r} has {len(value)} characters, but AWS takes {rule.longest}: {advice}",
        )
    if rule.pattern and not re.fullmatch(rule.pattern, value):
        yield rule.property, f"the name {value!r} is not of the form that AWS takes: {rule.pattern}"


def _digits(urn: str, news: Map) -> str:
    """Differs for a replacement (its inputs differ), so that both can exist for a moment."""
    text = json.dumps(without_secrets(news), sort_keys=True)
    return hashlib.sha256(f"{urn}|{text}".encode()).hexdigest()[:SUFFIX]


def _spell(rule: NameRule, name: str, news: Map) -> str:
    name = name.lower() if rule.lower else name
    end = ".fifo" if rule.fifo and news.get(rule.fifo) else ""
    return f"{rule.prefix}{name}{end}"
