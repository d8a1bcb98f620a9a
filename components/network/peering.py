"""A peering between the networks of two regions, with the routes on both sides."""

import pulumi
import pulumi_aws as aws
from pulumi_aws import ec2

from components.network.vpc import Network
from components.shared.component import Component
from planning.network.vpc import PeeringPlan
from planning.shared.tags import Tags


class Peering(Component, token="naap:platform:Peering"):
    """Made with the home region's provider; accepter_provider: the other region's."""

    def __init__(
        self,
        name: str,
        *,
        plan: PeeringPlan,
        requester: Network,
        accepter: Network,
        accepter_provider: aws.Provider,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        here = self.child()
        there = pulumi.ResourceOptions(parent=self, provider=accepter_provider)
        named = tags.of("network", name=plan.name)
        connection = ec2.VpcPeeringConnection(
            f"{name}-connection",
            vpc_id=requester.vpc_id,
            peer_vpc_id=accepter.vpc_id,
            peer_region=plan.accepter.region,
            auto_accept=False,
            tags=named,
            opts=here,
        )
        accepted = ec2.VpcPeeringConnectionAccepter(
            f"{name}-accepter",
            vpc_peering_connection_id=connection.id,
            auto_accept=True,
            tags=named,
            opts=there,
        )
        for side, network, destination, child in (
            ("home", requester, plan.accepter.cidr, here),
            ("other", accepter, plan.requester.cidr, there),
        ):
            for index, table in enumerate(network.route_tables):
                ec2.Route(
                    f"{name}-{side}-{index}",
                    route_table_id=table.id,
                    destination_cidr_block=destination,
                    vpc_peering_connection_id=accepted.id,
                    opts=child,
                )
        self.register_outputs({"connectionId": connection.id})
