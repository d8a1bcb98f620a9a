"""VPC endpoints: ways from a network to AWS's own services that don't pass a NAT gateway."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2, vpc

from components.shared.component import Component
from planning.network.vpc import NetworkPlan
from planning.shared.tags import Tags

HTTPS = 443


def endpoints(
    name: str,
    *,
    plan: NetworkPlan,
    vpc_id: pulumi.Input[str],
    subnet_ids: Sequence[pulumi.Input[str]],
    route_table_ids: Sequence[pulumi.Input[str]],
    tags: Tags,
    parent: Component,
) -> list[pulumi.Resource]:
    """A gateway to S3, which costs nothing, and an interface for each service of the plan, which costs by the hour.

    Gives back what uses of them wait for.
    """
    storage = ec2.VpcEndpoint(
        f"{name}-endpoint-s3",
        vpc_id=vpc_id,
        service_name=f"com.amazonaws.{plan.region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=route_table_ids,
        tags=tags.of("network", name=f"{plan.name}-s3"),
        opts=parent.child(),
    )
    if not plan.interface_endpoints:
        return [storage]
    return [storage, *_interfaces(name, plan=plan, vpc_id=vpc_id, subnet_ids=subnet_ids, tags=tags, parent=parent)]


def _interfaces(
    name: str,
    *,
    plan: NetworkPlan,
    vpc_id: pulumi.Input[str],
    subnet_ids: Sequence[pulumi.Input[str]],
    tags: Tags,
    parent: Component,
) -> list[pulumi.Resource]:
    """Those that cost by the hour, open to HTTPS from the network."""
    named = tags.of("network", name=f"{plan.name}-endpoints")
    group = ec2.SecurityGroup(
        f"{name}-endpoints-group",
        description="AWS services from inside of the network",
        vpc_id=vpc_id,
        tags=named,
        opts=parent.child(),
    )
    https = vpc.SecurityGroupIngressRule(
        f"{name}-endpoints-https",
        security_group_id=group.id,
        description="HTTPS from nodes and pods",
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        cidr_ipv4=plan.cidr,
        tags=named,
        opts=parent.child(),
    )
    interfaces = [
        ec2.VpcEndpoint(
            f"{name}-endpoint-{service.replace('.', '-')}",
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.{plan.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=subnet_ids,
            security_group_ids=[group.id],
            tags=tags.of("network", name=f"{plan.name}-{service}"),
            opts=parent.child(),
        )
        for service in plan.interface_endpoints
    ]
    return [https, *interfaces]
