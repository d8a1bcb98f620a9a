"""Outputs that a provider would give back, made up from the SDK's own types, in formats that AWS accepts."""

import functools
import hashlib
import importlib
import json
import re
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws
from pulumi import _types  # pyright: ignore[reportPrivateUsage]  # the SDK's only map from tokens' properties to types

ACCOUNT = "123456789012"
"""The account number that AWS's own documentation uses."""

GLOBAL_SERVICES = frozenset({"iam", "cloudfront", "route53"})
_ARN_SERVICES = {
    "lb": "elasticloadbalancing",
    "cloudwatch": "logs",
    "acm": "acm",
    "ec2": "ec2",
    "vpc": "ec2",
    "amp": "aps",
}
_ID_PREFIXES = {
    "ec2/vpc": "vpc",
    "ec2/subnet": "subnet",
    "ec2/securityGroup": "sg",
    "ec2/routeTable": "rtb",
    "ec2/internetGateway": "igw",
    "ec2/natGateway": "nat",
    "ec2/eip": "eipalloc",
    "ec2/vpcEndpoint": "vpce",
    "ec2/vpcPeeringConnection": "pcx",
    "ec2/defaultSecurityGroup": "sg",
    "ec2/flowLog": "fl",
    "cloudfront/vpcOrigin": "vo",
}
_UUID_KINDS = frozenset(
    {
        "kms/key",
        "cloudfront/cachePolicy",
        "cloudfront/responseHeadersPolicy",
        "cloudfront/originRequestPolicy",
        "cloudfront/originAccessControl",
        "wafv2/webAcl",
        "route53/healthCheck",
    }
)
_CERTIFICATE = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"


@functools.cache
def _classes() -> dict[str, tuple[str, str]]:
    """Token -> (module, class), from the table that the SDK registers."""
    text = (Path(pulumi_aws.__file__)).read_text(encoding="utf-8")
    table = json.loads(text.split('resource_modules="""', 1)[1].split('"""', 1)[0])
    return {token: (entry["fqn"], name) for entry in table for token, name in entry["classes"].items()}


@functools.cache
def output_types(token: str) -> dict[str, Any]:
    """Pulumi property name -> type, of an AWS resource; raises KeyError for a token that the SDK doesn't know."""
    module, name = _classes()[token]
    return _types.resource_types(getattr(importlib.import_module(module), name))


def digest(text: str, size: int = 17) -> str:
    """Hexadecimal digits that are always the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:size]


def _uuid(name: str) -> str:
    d = digest(name, 32)
    return f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}"


def physical_id(kind: str, name: str, inputs: dict[str, Any]) -> str:
    """An id in the format of this kind (`ec2/vpc`)."""
    if prefix := _ID_PREFIXES.get(kind):
        separator = "_" if prefix == "vo" else "-"
        return f"{prefix}{separator}{digest(name)}"
    if kind in _UUID_KINDS:
        return _uuid(name)
    if kind == "cloudfront/distribution":
        return "E" + digest(name, 13).upper()
    return str(inputs.get("name") or inputs.get("bucket") or inputs.get("identifier") or name)


def arn(kind: str, name: str, region: str, identity: str) -> str:
    """An ARN of this kind."""
    module, _, resource = kind.partition("/")
    service = _ARN_SERVICES.get(module, module)
    if module == "s3":
        return f"arn:aws:s3:::{identity}"
    if module == "route53":
        return f"arn:aws:route53:::{resource.lower()}/{identity}"
    if kind == "lb/targetGroup":
        return f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:targetgroup/{name[:32]}/{digest(name, 16)}"
    if kind in ("lb/loadBalancer", "lb/listener"):
        tail = "loadbalancer" if resource == "loadBalancer" else "listener"
        extra = f"/{digest(name + 'l', 16)}" if tail == "listener" else ""
        return f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:{tail}/app/{name[:32]}/{digest(name, 16)}{extra}"
    if kind == "cloudwatch/logGroup":
        return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{identity}"
    if kind == "cloudfront/keyValueStore":
        resource, identity = "key-value-store", _uuid(name)
    where = "" if module in GLOBAL_SERVICES else region
    return f"arn:aws:{service}:{where}:{ACCOUNT}:{resource.lower()}/{identity}"


def outputs(token: str, name: str, inputs: dict[str, Any], region: str) -> tuple[str, dict[str, Any]]:
    """Id and the properties that the inputs leave open, also inside of nested inputs."""
    kind = token.split(":")[1]
    maker = _Maker(kind=kind, name=name, region=region, identity=physical_id(kind, name, inputs), unknown=None)
    return maker.identity, maker.open_properties(output_types(token), inputs)


def unknown_nested(token: str, name: str, inputs: dict[str, Any], unknown: str) -> dict[str, Any]:
    """At preview: nested inputs with what they leave open marked as unknown."""
    maker = _Maker(kind=token.split(":")[1], name=name, region="", identity="", unknown=unknown)
    given = {prop: declared for prop, declared in output_types(token).items() if prop in inputs}
    return maker.open_properties(given, inputs)


def _is_asset(declared: Any) -> bool:
    """Whether it is a file to upload: those only go in."""
    return pulumi.Asset in typing.get_args(declared)


@dataclass(frozen=True, kw_only=True)
class _Maker:
    kind: str
    name: str
    region: str
    identity: str
    unknown: str | None

    def open_properties(self, types: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """What is made up, and nested inputs completed; inputs that need nothing are left out."""
        found: dict[str, Any] = {}
        for prop, declared in types.items():
            if prop in ("id", "urn") or (prop not in inputs and _is_asset(declared)):
                continue
            if prop not in inputs:
                found[prop] = self.made_up(prop, _types.unwrap_type(declared))
            elif isinstance(inputs[prop], dict) and _types.is_output_type(_types.unwrap_type(declared)):
                fields = _types.output_type_types(_types.unwrap_type(declared))
                found[prop] = {**inputs[prop], **self.open_properties(fields, inputs[prop])}
        return found

    def made_up(self, prop: str, declared: Any) -> Any:
        """A value of the declared type."""
        if self.unknown is not None:
            return self.unknown
        if declared is str:
            return self._text(prop)
        if declared in (bool, int, float):
            return declared()
        if _types.is_output_type(declared):
            return self.open_properties(_types.output_type_types(declared), {})
        if issubclass(typing.get_origin(declared) or dict, typing.Sequence):
            (item,) = typing.get_args(declared) or (str,)
            return [self.made_up(prop, _types.unwrap_type(item))]
        return {}

    def _text(self, prop: str) -> str:
        known = {
            "region": self.region,
            "name": self.identity,
            "bucket": self.identity,
            "zoneId": "Z2FDTNDATAQYW2",
            "hostedZoneId": "Z2FDTNDATAQYW2",
            "bucketRegionalDomainName": f"{self.identity}.s3.{self.region}.amazonaws.com",
            "resourceRecordType": "CNAME",
            "data": _CERTIFICATE,
            "cidrBlock": "10.0.0.0/16",
        }
        if prop in known:
            return known[prop]
        if prop == "arn" or prop.endswith("Arn"):
            return arn(self.kind, self.name, self.region, self.identity)
        if re.search(r"GroupIds?$", prop):
            return f"sg-{digest(self.name + prop)}"
        if re.search(r"(endpoint|dnsName|domainName|address|fqdn|host)$", prop, re.IGNORECASE):
            return f"{digest(self.name, 8)}.{prop.lower()}.{self.region}.amazonaws.com"
        return f"{self.name}-{prop}"
