"""Computed outputs of clusters, registries, identities, keys, the edge and observability."""

from __future__ import annotations

from rehearsal.standins.aws.aws_facts import ACCOUNT, Facts
from rehearsal.standins.aws.clusters import find_cluster
from rehearsal.standins.aws.rules.network import Rules
from rehearsal.standins.values import Map, Value

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"  # the hosted zone of every distribution, from AWS's documentation
KUBERNETES = "1.36"  # what EKS creates when no version is asked for


def _validation_options(facts: Facts) -> Value:
    if facts.input("validationMethod") != "DNS":
        return []
    names = [facts.input("domainName"), *facts.input("subjectAlternativeNames", [])]
    hosts = {str(name): str(name).removeprefix("*.") for name in names}  # a wildcard shares its domain's record
    return [
        {
            "domainName": name,
            "resourceRecordName": f"_{facts.hex(32, host)}.{host}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{facts.hex(32, 'value' + host)}.{facts.hex(10, host)}.acm-validations.aws.",
        }
        for name, host in hosts.items()
    ]


def _alternative_names(facts: Facts) -> Value:
    return [facts.input("domainName"), *facts.input("subjectAlternativeNames", [])]


def _name_servers(facts: Facts) -> Value:
    if facts.input("vpcs"):
        return [
            f"ns-{number}.awsdns-00.{end}" for number, end in ((0, "com"), (512, "net"), (1024, "org"), (1536, "co.uk"))
        ]
    ends = ("com", "net", "org", "co.uk")
    numbers = [512 * place + int(facts.hex(3, end), 16) % 512 for place, end in enumerate(ends)]
    return [f"ns-{n}.awsdns-{n % 64:02}.{end}" for n, end in zip(numbers, ends, strict=True)]


def _first_name_server(facts: Facts) -> Value:
    servers: list[str] = _name_servers(facts)
    return servers[0]


def _access_entry_user(facts: Facts) -> Value:
    principal = str(facts.input("principalArn"))
    if ":role/" not in principal:
        return principal
    role = principal.rpartition("/")[2]
    kind = facts.input("type", "STANDARD")
    session = "{{EC2PrivateDNSName}}" if kind != "STANDARD" else "{{SessionName}}"
    return (
        f"system:node:{session}"
        if kind in {"EC2", "EC2_LINUX", "EC2_WINDOWS", "HYPERPOD_LINUX"}
        else f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
    )


def _has_secret_string(facts: Facts) -> Value:
    return facts.input("secretStringWo") is not None


def _has_value(facts: Facts) -> Value:
    return facts.input("valueWo") is not None


def _waits_for_person(facts: Facts) -> Value:
    return facts.input("protocol") in {"email", "email-json"}


def _authority(facts: Facts) -> Value:
    return {"data": find_cluster(str(facts.input("name"))).certificate_authority}


def _endpoint(facts: Facts) -> Value:
    return find_cluster(str(facts.input("name"))).endpoint


def _stored_bytes(facts: Facts) -> Value:
    return len(str(facts.input("key")).encode()) + len(str(facts.input("value")).encode())


def _delivering_service(facts: Facts) -> Value:
    arn = str(facts.input("resourceArn", "")).split(":")
    return arn[2] if len(arn) > 2 else ""


_ISSUER = "https://oidc.eks.{region}.amazonaws.com/id/{oidcId}"
_CLUSTER: Map = {
    "accessConfig": {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True},
    "certificateAuthority": _authority,
    "clusterId": "",  # only clusters on Outposts have one
    "deletionProtection": False,
    "endpoint": _endpoint,
    "identities": [{"oidcs": [{"issuer": _ISSUER}]}],
    "kubernetesNetworkConfig": {
        "elasticLoadBalancing": {"enabled": False},
        "ipFamily": "ipv4",
        "serviceIpv4Cidr": "172.20.0.0/16",
        "serviceIpv6Cidr": "",
    },
    "platformVersion": "eks.1",
    "status": "ACTIVE",
    "upgradePolicy": {"supportType": "EXTENDED"},
    "version": KUBERNETES,
    "vpcConfig": {
        "clusterSecurityGroupId": "sg-0{hex:16}",
        "endpointPrivateAccess": False,
        "endpointPublicAccess": True,
        "publicAccessCidrs": ["0.0.0.0/0"],
        "vpcId": "{vpc}",
    },
}
_FUNCTION: Map = {
    "codeSha256": "{hex:64}",
    "invokeArn": "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
    "lastModified": "{time}",
    "qualifiedArn": "{arn}:$LATEST",
    "qualifiedInvokeArn": "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}:$LATEST/invocations",
    "responseStreamingInvokeArn": "arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/{arn}"
    "/response-streaming-invocations",
    "signingJobArn": "",
    "signingProfileVersionArn": "",
    "sourceCodeSize": 1,
    "version": "$LATEST",
}
_CERTIFICATE: Map = {
    "domainValidationOptions": _validation_options,
    "keyAlgorithm": "RSA_2048",
    "notAfter": "2027-02-13T23:59:59Z",
    "notBefore": "2026-01-15T00:00:00Z",
    "options": {"certificateTransparencyLoggingPreference": "ENABLED", "export": "DISABLED"},
    "pendingRenewal": False,
    "renewalEligibility": "INELIGIBLE",
    "renewalSummaries": [],
    "status": "PENDING_VALIDATION",
    "subjectAlternativeNames": _alternative_names,
    "type": "AMAZON_ISSUED",
    "validationEmails": [],
    "validationMethod": "NONE",
}
_DISTRIBUTION: Map = {
    "callerReference": "terraform-{digits:26}",
    "domainName": "d{hex:13}.cloudfront.net",
    "etag": "E{upper:13/etag}",
    "hostedZoneId": CLOUDFRONT_ZONE,
    "inProgressValidationBatches": 0,
    "lastModifiedTime": "{time}",
    "loggingV1Enabled": False,
    "status": "Deployed",
    "trustedKeyGroups": [{"enabled": False}],
    "trustedSigners": [{"enabled": False}],
}
_DEFAULT_POLICY = (
    '{{"Version":"2012-10-17","Id":"key-default-1","Statement":[{{"Sid":"Enable IAM User Permissions",'
    '"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}]}}'
)

PLATFORM: Rules = {
    "acm/certificate": _CERTIFICATE,
    "amp/workspace": {"prometheusEndpoint": "https://aps-workspaces.{region}.amazonaws.com/workspaces/{id}/"},
    "budgets/budget": {"accountId": "{account}", "limitUnit": "USD", "timePeriodStart": "2026-01-01_00:00"},
    "cloudfront/distribution": _DISTRIBUTION,
    "cloudfront/function": {"liveStageEtag": "E{upper:13/live}", "status": "UNASSOCIATED"},
    "cloudfront/keyValueStore": {"lastModifiedTime": "{time}"},
    "cloudfront/keyvaluestoreKey": {"totalSizeInBytes": _stored_bytes},
    "cloudtrail/trail": {"homeRegion": "{region}", "snsTopicArn": ""},
    "cloudwatch/dashboard": {"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}"},
    "cloudwatch/eventTarget": {"targetId": "{eventTargetOfId}"},
    "cloudwatch/logDeliverySource": {"service": _delivering_service},
    "cloudwatch/logGroup": {"deletionProtectionEnabled": False, "logGroupClass": "STANDARD"},
    "cloudwatch/logResourcePolicy": {"policyScope": "ACCOUNT", "revisionId": ""},
    "cloudwatch/queryDefinition": {"queryDefinitionId": "{id}"},
    "ecr/repository": {"repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}"},
    "eks/accessEntry": {
        "accessEntryArn": "arn:aws:eks:{region}:{account}:access-entry/{clusterName}/{uuid}",
        "kubernetesGroups": [],
        "userName": _access_entry_user,
    },
    "eks/addon": {"addonVersion": "v1.0.0-eksbuild.1"},
    "eks/cluster": _CLUSTER,
    "eks/fargateProfile": {"status": "ACTIVE"},
    "eks/nodeGroup": {
        "amiType": "AL2023_x86_64_STANDARD",
        "capacityType": "ON_DEMAND",
        "diskSize": 20,
        "instanceTypes": ["t3.medium"],
        "resources": [
            {"autoscalingGroups": [{"name": "eks-{nodeGroupName}-{uuid}"}], "remoteAccessSecurityGroupId": ""}
        ],
        "status": "ACTIVE",
        "version": KUBERNETES,
    },
    "eks/podIdentityAssociation": {
        "associationArn": "arn:aws:eks:{region}:{account}:podidentityassociation/{clusterName}/{id}",
        "associationId": "{id}",
        "disableSessionTags": False,
        "externalId": "",
    },
    "grafana/workspace": {
        "endpoint": "{id}.grafana-workspace.{region}.amazonaws.com",
        "grafanaVersion": "10.4",
        "samlConfigurationStatus": "NOT_CONFIGURED",
    },
    "guardduty/detector": {"findingPublishingFrequency": "SIX_HOURS"},
    "iam/instanceProfile": {"uniqueId": "AIPA{upper:17}"},
    "iam/openIdConnectProvider": {"thumbprintLists": ["{hex:40}"]},
    "iam/policy": {"attachmentCount": 0, "policyId": "ANPA{upper:17}"},
    "iam/role": {"uniqueId": "AROA{upper:17}"},
    "iam/serviceLinkedRole": {
        "name": "{suffix}",
        "path": "/aws-service-role/{awsServiceName}/",
        "uniqueId": "AROA{upper:17}",
    },
    "kms/alias": {"targetKeyArn": "{keyOfAlias}"},
    "kms/grant": {"grantId": "{hex:64}", "grantToken": "{upper:44}"},
    "kms/key": {
        "keyId": "{id}",
        "multiRegion": False,
        "policy": _DEFAULT_POLICY,
        "rotationPeriodInDays": 365,
    },
    "kms/replicaKey": {
        "keyId": "{id}",
        "keyRotationEnabled": False,
        "keySpec": "SYMMETRIC_DEFAULT",
        "keyUsage": "ENCRYPT_DECRYPT",
        "policy": _DEFAULT_POLICY,
    },
    "lambda/function": _FUNCTION,
    "lambda/permission": {"statementId": "{id}"},
    "route53/healthCheck": {"failureThreshold": 3},
    "route53/record": {"fqdn": "{name}"},
    "route53/zone": {"nameServers": _name_servers, "primaryNameServer": _first_name_server, "zoneId": "{id}"},
    "scheduler/schedule": {"actionAfterCompletion": "NONE", "groupName": "default"},
    "secretsmanager/secretVersion": {
        "hasSecretStringWo": _has_secret_string,
        "secretArn": "{secretId}",
        "versionId": "{suffixOfVersion}",
        "versionStages": ["AWSCURRENT"],
    },
    "securityhub/account": {"controlFindingGenerator": "SECURITY_CONTROL"},
    "sns/topic": {"beginningArchiveTime": "", "maximumMessageSize": 262144, "signatureVersion": 1},
    "sns/topicSubscription": {
        "confirmationWasAuthenticated": False,
        "filterPolicyScope": "MessageAttributes",
        "pendingConfirmation": _waits_for_person,
    },
    "sqs/queue": {"sqsManagedSseEnabled": True, "url": "{id}"},
    "ssm/parameter": {
        "dataType": "text",
        "hasValueWo": _has_value,
        "tier": "Standard",
        "version": 1,
    },
    "wafv2/webAcl": {"applicationIntegrationUrl": "", "capacity": 1},
}
