"""Answers of the provider's functions. One that is not here is refused: an answer is never guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from rehearsal.standins.aws import managed
from rehearsal.standins.aws.aws_facts import ACCOUNT, PARTITION, Facts
from rehearsal.standins.aws.clusters import find_cluster
from rehearsal.standins.aws.policy_document import policy_document
from rehearsal.standins.aws.regions import region_facts
from rehearsal.standins.aws.rules.platform import PLATFORM
from rehearsal.standins.aws.sdk.check import check_object
from rehearsal.standins.aws.sdk.sdk import Sdk, SdkError
from rehearsal.standins.aws.templates import fill
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, without_secrets

Answer = Callable[[Map, str], Map]  # arguments and region; the result without what is the same everywhere


def call_function(sdk: Sdk, token: str, args: Map, region: str) -> Map:
    """Check the arguments and answer; ProviderError says what is wrong or not known."""
    try:
        function = sdk.function(token)
    except SdkError as error:
        raise ProviderError(str(error)) from error
    failures = list(check_object(sdk, function.arguments, args))
    if failures:
        raise ProviderError(f"{token}: " + "; ".join(f"{path} {reason}" for path, reason in failures))
    answer = ANSWERS.get(token.split(":")[1])
    if answer is None:
        raise ProviderError(
            f"{token}: the rehearsal's AWS stand-in has no answer for this function, and does not guess one; "
            "add it to rehearsal/standins/aws/functions.py"
        )
    given = {name: value for name, value in without_secrets(args).items() if value is not None}
    region = given.get("region") or region
    result = {"region": region, **given, **answer(given, region)}
    result.setdefault("id", result.get("arn") or region)
    return {name: value for name, value in result.items() if name in function.result.properties}


def _caller_identity(_args: Map, _region: str) -> Map:
    arn = f"arn:{PARTITION}:iam::{ACCOUNT}:user/rehearsal"
    return {"accountId": ACCOUNT, "arn": arn, "userId": "AIDAREHEARSAL00000000", "id": ACCOUNT}


def _session_context(args: Map, _region: str) -> Map:
    """Only users call in a rehearsal: an ARN that is no assumed role's is answered as it is."""
    arn = str(args["arn"])
    if ":assumed-role/" in arn:
        raise ProviderError(f"getSessionContext: {arn}: the rehearsal knows no roles by their sessions")
    return {"issuerArn": arn, "issuerId": "", "issuerName": "", "sessionName": "", "id": arn}


def _region(args: Map, region: str) -> Map:
    region = args.get("name") or region
    description = region_facts(region).place
    return {
        "region": region,
        "name": region,
        "description": description,
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _partition(_args: Map, _region: str) -> Map:
    return {
        "partition": PARTITION,
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
        "id": PARTITION,
    }


def _availability_zones(args: Map, region: str) -> Map:
    facts = region_facts(region)
    filters: list[Map] = args.get("filters") or []
    for item in filters:
        if item.get("name") not in {"opt-in-status", "zone-type", "region-name"}:
            raise ProviderError(f"getAvailabilityZones: the stand-in does not know the filter {item.get('name')!r}")
    zones = {f"{region}{letter}": f"{facts.code}-az{index}" for index, letter in enumerate(facts.zones, 1)}
    excluded: set[str] = {*(args.get("excludeNames") or ()), *(args.get("excludeZoneIds") or ())}
    names = [name for name, identity in zones.items() if name not in excluded and identity not in excluded]
    return {
        "names": names,
        "zoneIds": [zones[name] for name in names],
        "groupNames": [f"{region}-zg-1"],
        "id": region,
    }


def _service_principal(args: Map, region: str) -> Map:
    name = f"{args['serviceName']}.amazonaws.com"
    return {
        "name": name,
        "suffix": "amazonaws.com",
        "region": region,
        "id": f"{args['serviceName']}.{region}.{name}",
    }


def _cluster(args: Map, region: str) -> Map:
    name = args["name"]
    control_plane = find_cluster(name)
    facts = Facts(
        type="aws:eks/cluster:Cluster",
        name=name,
        seed=f"{name}|{region}",
        region=region,
        inputs=args,
        id=name,
    )
    played = PLATFORM["eks/cluster"]
    same = ("identities", "platformVersion", "status", "version", "clusterId")
    return {
        **{key: fill(played[key], facts, {}) for key in same},
        "accessConfigs": [played["accessConfig"]],
        "arn": f"arn:{PARTITION}:eks:{region}:{ACCOUNT}:cluster/{name}",
        "certificateAuthorities": [{"data": control_plane.certificate_authority}],
        "createdAt": facts.time(),
        "endpoint": control_plane.endpoint,
        "id": name,
        "kubernetesNetworkConfigs": [played["kubernetesNetworkConfig"]],
        "tags": {},
    }


def _cluster_auth(args: Map, _region: str) -> Map:
    return {"token": find_cluster(args["name"]).token, "id": args["name"]}


def _zone(args: Map, _region: str) -> Map:
    name = str(args.get("name") or "").rstrip(".")
    if not name and not args.get("zoneId"):
        raise ProviderError("getZone: give a name or a zoneId")
    facts = Facts(type="aws:route53/zone:Zone", name=name, seed=name or args["zoneId"], region="", inputs={}, id="zone")
    zone = args.get("zoneId") or f"Z{facts.upper(20)}"
    servers = PLATFORM["route53/zone"]["nameServers"](facts)
    return {
        "arn": f"arn:{PARTITION}:route53:::hostedzone/{zone}",
        "callerReference": facts.uuid(),
        "comment": "",
        "id": zone,
        "name": name or f"{facts.hex(8)}.example",
        "nameServers": servers,
        "primaryNameServer": servers[0],
        "privateZone": bool(args.get("privateZone")),
        "resourceRecordSetCount": 2,
        "tags": {},
        "zoneId": zone,
    }


def _prefix_list(args: Map, region: str) -> Map:
    name = args.get("name") or ""
    facing = "com.amazonaws.global.cloudfront.origin-facing"
    known = {facing, *(f"com.amazonaws.{region}.{service}" for service in ("s3", "dynamodb", "vpc-lattice"))}
    if name not in known:
        raise ProviderError(
            f"getManagedPrefixList: name {name!r} is none that the stand-in knows: {', '.join(sorted(known))}"
        )
    played = f"pl-{hashlib.sha256(f'{region}|{name}'.encode()).hexdigest()[:8]}"
    identity = managed.CLOUDFRONT_ORIGIN_FACING.get(region, played) if name == facing else played
    return {
        "addressFamily": "IPv4",
        "arn": f"arn:{PARTITION}:ec2:{region}:aws:prefix-list/{identity}",
        "entries": [],
        "id": identity,
        "maxEntries": 55,
        "name": name,
        "ownerId": "AWS",
        "tags": {},
        "version": 1,
    }


def _managed_policy(function: str, noun: str, policies: Mapping[str, str]) -> Answer:
    def answer(args: Map, _region: str) -> Map:
        names = {identity: name for name, identity in policies.items()}
        name: str = args.get("name") or names.get(args.get("id", ""), "")
        if name not in policies:
            raise ProviderError(f"{function}: {name!r} is none of AWS's managed policies: {', '.join(policies)}")
        identity = policies[name]
        arn = f"arn:{PARTITION}:cloudfront::{ACCOUNT}:{noun}/{identity}"
        return {"id": identity, "name": name, "arn": arn, "comment": "", "etag": "E23ZP02F085DFQ"}

    return answer


def _log_delivery(_args: Map, _region: str) -> Map:
    return {"id": managed.LOG_DELIVERY_USER}


def _balancer_account(args: Map, region: str) -> Map:
    region = args.get("region") or region
    if region not in managed.BALANCER_ACCOUNTS:
        raise ProviderError(f"elb getServiceAccount: the stand-in does not know the account of {region}")
    account = managed.BALANCER_ACCOUNTS[region]
    return {"id": account, "arn": f"arn:{PARTITION}:iam::{account}:root"}


def _balancer_zone(args: Map, region: str) -> Map:
    facts = region_facts(region)
    return {"id": facts.network_balancer if args.get("loadBalancerType") == "network" else facts.balancer}


def _key_alias(args: Map, region: str) -> Map:
    name = args["name"]
    facts = Facts(type="aws:kms/alias:Alias", name=name, seed=f"{name}|{region}", region=region, inputs={}, id=name)
    key, prefix = facts.uuid(), f"arn:{PARTITION}:kms:{region}:{ACCOUNT}"
    arn = f"{prefix}:{name}"
    return {"arn": arn, "id": arn, "targetKeyId": key, "targetKeyArn": f"{prefix}:key/{key}"}


def _parameter(args: Map, region: str) -> Map:
    name = args["name"]
    if not name.startswith(("/aws/service/eks/optimized-ami/", "/aws/service/ami-", "/aws/service/bottlerocket/")):
        raise ProviderError(
            f"ssm getParameter: {name!r} is no public parameter of machine images; the stand-in knows no other"
        )
    image = f"ami-0{hashlib.sha256(f'{region}|{name}'.encode()).hexdigest()[:16]}"
    arn = f"arn:{PARTITION}:ssm:{region}::parameter{name}"
    return {"arn": arn, "id": name, "type": "String", "value": image, "insecureValue": image, "version": 1}


ANSWERS: dict[str, Answer] = {
    "cloudfront/getCachePolicy": _managed_policy("getCachePolicy", "cache-policy", managed.CACHE_POLICIES),
    "cloudfront/getLogDeliveryCanonicalUserId": _log_delivery,
    "cloudfront/getOriginRequestPolicy": _managed_policy(
        "getOriginRequestPolicy", "origin-request-policy", managed.ORIGIN_REQUEST_POLICIES
    ),
    "cloudfront/getResponseHeadersPolicy": _managed_policy(
        "getResponseHeadersPolicy", "response-headers-policy", managed.RESPONSE_HEADERS_POLICIES
    ),
    "ec2/getManagedPrefixList": _prefix_list,
    "eks/getCluster": _cluster,
    "eks/getClusterAuth": _cluster_auth,
    "elb/getServiceAccount": _balancer_account,
    "iam/getSessionContext": _session_context,
    "iam/getPolicyDocument": lambda args, _region: policy_document(args),
    "index/getAvailabilityZones": _availability_zones,
    "index/getCallerIdentity": _caller_identity,
    "index/getPartition": _partition,
    "index/getRegion": _region,
    "index/getServicePrincipal": _service_principal,
    "kms/getAlias": _key_alias,
    "lb/getHostedZoneId": _balancer_zone,
    "route53/getZone": _zone,
    "ssm/getParameter": _parameter,
}
