"""The network of a region: a VPC over three zones, its ways out, and its records."""

import pulumi
from pulumi_aws import ec2

from components.network.endpoints import endpoints
from components.network.flow_logs import FlowLogs
from components.shared.component import Component
from planning.network.addresses import SubnetRanges
from planning.network.vpc import NetworkPlan
from planning.shared.tags import Tags

ANYWHERE = "0.0.0.0/0"


class Network(Component, token="naap:platform:Network"):
    """Handles: vpc_id, private_ and data_subnet_ids (by zone), route_table_ids (that reach peers), cidr.

    ways_out: what nodes reach AWS and the internet by: they wait for it, and go before it.
    """

    vpc_id: pulumi.Output[str]
    private_subnet_ids: list[pulumi.Output[str]]
    data_subnet_ids: list[pulumi.Output[str]]
    route_tables: list[ec2.RouteTable]
    ways_out: list[pulumi.Resource]
    cidr: str
    plan: NetworkPlan

    def __init__(
        self, name: str, *, plan: NetworkPlan, tags: Tags, protect: bool, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self._name, self._tags = name, tags
        self.plan, self.cidr, self.ways_out = plan, plan.cidr, []
        self._vpc = self._make_vpc(protect)
        self.vpc_id = self._vpc.id
        public = [self._subnet("public", zone, zone.public) for zone in plan.addresses.subnets]
        private = [self._subnet("private", zone, zone.private) for zone in plan.addresses.subnets]
        data = [self._subnet("data", zone, zone.data) for zone in plan.addresses.subnets]
        self.private_subnet_ids = [subnet.id for subnet in private]
        self.data_subnet_ids = [subnet.id for subnet in data]
        gateways = self._ways_out(public)
        private_tables = [
            self._private_table(zone, subnet, gateways[plan.nat_zone(zone.letter)])
            for zone, subnet in zip(plan.addresses.subnets, private, strict=True)
        ]
        self.route_tables = [*private_tables, self._data_table(data)]
        self.ways_out += endpoints(
            name,
            plan=plan,
            vpc_id=self.vpc_id,
            subnet_ids=self.private_subnet_ids,
            route_table_ids=[table.id for table in self.route_tables],
            tags=tags,
            parent=self,
        )
        FlowLogs(f"{name}-flow-logs", plan=plan, vpc_id=self.vpc_id, tags=tags, protect=protect, opts=self.child())
        self.register_outputs({"vpcId": self.vpc_id})

    def _make_vpc(self, protect: bool) -> ec2.Vpc:
        vpc = ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=self.plan.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._tags.of("network", name=self.plan.name),
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        # Without rules: whatever forgets to name its security group reaches nothing.
        ec2.DefaultSecurityGroup(
            f"{self._name}-default-group",
            vpc_id=vpc.id,
            tags=self._tags.of("network", name=f"{self.plan.name}-default-closed"),
            opts=self.child(),
        )
        return vpc

    def _subnet(self, kind: str, zone: SubnetRanges, cidr: str) -> ec2.Subnet:
        role = {"public": "kubernetes.io/role/elb", "private": "kubernetes.io/role/internal-elb"}.get(kind)
        named = self._tags.of("network", name=f"{self.plan.name}-{kind}-{zone.letter}")
        return ec2.Subnet(
            f"{self._name}-{kind}-{zone.letter}",
            vpc_id=self._vpc.id,
            availability_zone_id=zone.zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags={**named, **({role: "1"} if role else {})},
            opts=self.child(),
        )

    def _ways_out(self, public: list[ec2.Subnet]) -> dict[str, ec2.NatGateway]:
        """The internet gateway of the public subnets, and the NAT gateways by zone."""
        internet = ec2.InternetGateway(
            f"{self._name}-internet",
            vpc_id=self._vpc.id,
            tags=self._tags.of("network", name=self.plan.name),
            opts=self.child(),
        )
        table = self._table("public")
        default = ec2.Route(
            f"{self._name}-public-default",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=internet.id,
            opts=self.child(),
        )
        gateways: dict[str, ec2.NatGateway] = {}
        for zone, subnet in zip(self.plan.addresses.subnets, public, strict=True):
            self._associate("public", zone, subnet, table)
            if zone.letter in self.plan.nat_zones:
                gateways[zone.letter] = self._nat(zone, subnet, default)
        return gateways

    def _nat(self, zone: SubnetRanges, subnet: ec2.Subnet, default: ec2.Route) -> ec2.NatGateway:
        named = self._tags.of("network", name=f"{self.plan.name}-nat-{zone.letter}")
        address = ec2.Eip(f"{self._name}-nat-{zone.letter}-address", domain="vpc", tags=named, opts=self.child())
        return ec2.NatGateway(
            f"{self._name}-nat-{zone.letter}",
            allocation_id=address.id,
            subnet_id=subnet.id,
            tags=named,
            opts=self.child(default),
        )

    def _private_table(self, zone: SubnetRanges, subnet: ec2.Subnet, nat: ec2.NatGateway) -> ec2.RouteTable:
        table = self._table(f"private-{zone.letter}")
        default = ec2.Route(
            f"{self._name}-private-{zone.letter}-default",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=nat.id,
            opts=self.child(),
        )
        self.ways_out += [nat, default]
        self._associate("private", zone, subnet, table)
        return table

    def _data_table(self, subnets: list[ec2.Subnet]) -> ec2.RouteTable:
        """Databases and caches have no way out."""
        table = self._table("data")
        for zone, subnet in zip(self.plan.addresses.subnets, subnets, strict=True):
            self._associate("data", zone, subnet, table)
        return table

    def _table(self, kind: str) -> ec2.RouteTable:
        return ec2.RouteTable(
            f"{self._name}-{kind}-routes",
            vpc_id=self._vpc.id,
            tags=self._tags.of("network", name=f"{self.plan.name}-{kind}"),
            opts=self.child(),
        )

    def _associate(self, kind: str, zone: SubnetRanges, subnet: ec2.Subnet, table: ec2.RouteTable) -> None:
        joined = ec2.RouteTableAssociation(
            f"{self._name}-{kind}-{zone.letter}-routes",
            subnet_id=subnet.id,
            route_table_id=table.id,
            opts=self.child(),
        )
        self.ways_out.append(joined)
