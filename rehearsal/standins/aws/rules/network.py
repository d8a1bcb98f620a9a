"""Computed outputs of networks and load balancers; see `outputs.py` for what a rule is."""

from __future__ import annotations

from typing import TypeAlias

from rehearsal.standins.aws.aws_facts import Facts
from rehearsal.standins.aws.computed_outputs import balancer_is_public
from rehearsal.standins.aws.regions import region_facts
from rehearsal.standins.values import Map, Value

Rules: TypeAlias = dict[str, Map]


def _zone(facts: Facts) -> Value:
    zones = {f"{facts.region}{letter}": index for index, letter in enumerate(region_facts(facts.region).zones)}
    return f"{region_facts(facts.region).code}-az{zones.get(str(facts.input('availabilityZone')), 0) + 1}"


def _first_zone(facts: Facts) -> Value:
    return f"{facts.region}{region_facts(facts.region).zones[0]}"


def _eip_dns(facts: Facts) -> Value:
    host = "compute-1" if facts.region == "us-east-1" else f"{facts.region}.compute"
    return f"ec2-{facts.ipv4().replace('.', '-')}.{host}.amazonaws.com"


def _nat_address(facts: Facts) -> Value:
    return facts.other(facts.input("allocationId"), "publicIp") or facts.ipv4()


def _private_address(facts: Facts) -> Value:
    return f"10.0.0.{int(facts.hex(4, 'private'), 16) % 200 + 10}"


def _endpoint_dns(facts: Facts) -> Value:
    if facts.input("vpcEndpointType", "Gateway") == "Gateway":
        return []
    service = str(facts.input("serviceName")).rpartition(".")[2]
    return [
        {
            "dnsName": f"{facts.id}-{facts.hex(8)}.{service}.{facts.region}.vpce.amazonaws.com",
            "hostedZoneId": f"Z{facts.upper(13, 'endpoint')}",
        }
    ]


def _endpoint_interfaces(facts: Facts) -> Value:
    return [f"eni-0{facts.hex(16, str(subnet))}" for subnet in facts.input("subnetIds", [])]


def _balancer_dns(facts: Facts) -> Value:
    name = f"{facts.input('name')}-{facts.digits(10)}"
    if facts.input("loadBalancerType") == "network":
        return f"{facts.input('name')}-{facts.hex(16)}.elb.{facts.region}.amazonaws.com"
    return f"{'' if balancer_is_public(facts) else 'internal-'}{name}.{facts.region}.elb.amazonaws.com"


def _subnet_mappings(facts: Facts) -> Value:
    return [{"subnetId": subnet} for subnet in facts.input("subnets", [])]


_LISTENER: Map = {"protocol": "HTTP", "tcpIdleTimeoutSeconds": 350}
_LISTENER_RULE: Map = {"priority": 1}
_BALANCER: Map = {
    "arnSuffix": "{balancerSuffix}",
    "dnsName": _balancer_dns,
    "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "",
    "internal": False,
    "ipAddressType": "ipv4",
    "subnetMappings": _subnet_mappings,
    "vpcId": "{vpc}",
    "zoneId": "{balancerZone}",
}
_TARGETS: Map = {
    "arnSuffix": "{targetSuffix}",
    "healthCheck": {
        "enabled": True,
        "healthyThreshold": 3,
        "interval": 30,
        "matcher": "200",
        "path": "/",
        "port": "traffic-port",
        "protocol": "HTTP",
        "timeout": 6,
        "unhealthyThreshold": 3,
    },
    "ipAddressType": "ipv4",
    "loadBalancerArns": [],
    "loadBalancingAlgorithmType": "round_robin",
    "loadBalancingAnomalyMitigation": "off",
    "loadBalancingCrossZoneEnabled": "use_load_balancer_configuration",
    "protocolVersion": "HTTP1",
}

NETWORK: Rules = {
    **{f"{module}/listener": _LISTENER for module in ("alb", "lb")},
    **{f"{module}/listenerRule": _LISTENER_RULE for module in ("alb", "lb")},
    **{f"{module}/loadBalancer": _BALANCER for module in ("alb", "lb")},
    **{f"{module}/targetGroup": _TARGETS for module in ("alb", "lb")},
    "ec2/defaultNetworkAcl": {"vpcId": "vpc-0{hex:16}"},
    "ec2/defaultRouteTable": {"vpcId": "vpc-0{hex:16}"},
    "ec2/defaultSecurityGroup": {
        "description": "default VPC security group",
        "name": "default",
        "namePrefix": "",
        "vpcId": "vpc-0{hex:16}",
    },
    "ec2/eip": {
        "allocationId": "{id}",
        "associationId": "",
        "carrierIp": "",
        "customerOwnedIp": "",
        "domain": "vpc",
        "networkBorderGroup": "{region}",
        "privateDns": "",
        "privateIp": "",
        "ptrRecord": "",
        "publicDns": _eip_dns,
        "publicIp": "{ipv4}",
        "publicIpv4Pool": "amazon",
    },
    "ec2/flowLog": {
        "logFormat": "${{version}} ${{account-id}} ${{interface-id}} ${{srcaddr}} ${{dstaddr}} ${{srcport}} "
        "${{dstport}} ${{protocol}} ${{packets}} ${{bytes}} ${{start}} ${{end}} ${{action}} ${{log-status}}"
    },
    "ec2/launchTemplate": {"defaultVersion": 1, "latestVersion": 1},
    "ec2/managedPrefixList": {"version": 1},
    "ec2/natGateway": {
        "associationId": "eipassoc-0{hex:16/eip}",
        "autoProvisionZones": "",
        "autoScalingIps": "",
        "availabilityMode": "zonal",
        "networkInterfaceId": "eni-0{hex:16}",
        "privateIp": _private_address,
        "publicIp": _nat_address,
        "regionalNatGatewayAddresses": [],
        "regionalNatGatewayAutoMode": "",
        "routeTableId": "",
        "vpcId": "{vpc}",
    },
    "ec2/route": {"instanceId": "", "instanceOwnerId": "", "origin": "CreateRoute", "state": "active"},
    "ec2/securityGroupRule": {"securityGroupRuleId": "sgr-0{hex:16}"},
    "ec2/subnet": {
        "availabilityZone": _first_zone,
        "availabilityZoneId": _zone,
        "ipv6CidrBlockAssociationId": "",
        "privateDnsHostnameTypeOnLaunch": "ip-name",
    },
    "ec2/vpc": {
        "defaultNetworkAclId": "acl-0{hex:16/acl}",
        "defaultRouteTableId": "rtb-0{hex:16/rtb}",
        "defaultSecurityGroupId": "sg-0{hex:16/sg}",
        "dhcpOptionsId": "dopt-0{hex:16/dopt}",
        "enableDnsHostnames": False,
        "ipv6AssociationId": "",
        "mainRouteTableId": "rtb-0{hex:16/rtb}",
    },
    "ec2/vpcEndpoint": {
        "cidrBlocks": [],
        "dnsEntries": _endpoint_dns,
        "ipAddressType": "ipv4",
        "networkInterfaceIds": _endpoint_interfaces,
        "prefixListId": "pl-0{hex:16}",
        "privateDnsEnabled": False,
        "requesterManaged": False,
        "serviceRegion": "{region}",
        "state": "available",
    },
    "ec2/vpcPeeringConnection": {
        "acceptStatus": "active",
        "peerOwnerId": "{account}",
        "peerRegion": "{region}",
    },
    "ec2/vpcPeeringConnectionAccepter": {
        "acceptStatus": "active",
        "peerOwnerId": "{account}",
        "peerRegion": "{region}",
        "peerVpcId": "vpc-0{hex:16/peer}",
        "vpcId": "vpc-0{hex:16}",
    },
}
