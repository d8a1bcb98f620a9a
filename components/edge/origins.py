"""CloudFront's origins: the assets buckets, and the gateways inside of their networks."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudfront, s3

from components.data.buckets import Buckets
from components.gateway.load_balancer import LoadBalancer
from components.shared.component import Component
from planning.data.bucket_policy import bucket_policy
from planning.edge.assets_policy import read_statement, write_once_statement
from planning.edge.cdn import VPC_ORIGIN, CdnPlan, GatewayOriginPlan
from planning.edge.origins import (
    CONNECT_SECONDS,
    FAILOVER_STATUS,
    KEEPALIVE_SECONDS,
    VPC_ORIGIN_MINUTES,
)
from planning.shared.tags import Tags

ASSETS = "assets"
ASSETS_COPY = "assets-copy"
ASSETS_GROUP = "assets-group"

_WAIT = f"{VPC_ORIGIN_MINUTES}m"


class CdnOrigins(Component, token="naap:platform:CdnOrigins"):
    """Handles: origins, groups, assets_id (what behaviours of assets name)."""

    def __init__(
        self,
        name: str,
        *,
        plan: CdnPlan,
        storage: Buckets,
        load_balancers: Mapping[str, LoadBalancer],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._cdn, self._storage, self._tags = name, plan, storage, tags
        self._buckets = {ASSETS: plan.home.region}
        if plan.failover_origin:
            self._buckets[ASSETS_COPY] = plan.gateways[1].region
        access = cloudfront.OriginAccessControl(
            f"{name}-access",
            name=plan.policy_name("assets"),
            description="Signs requests to the assets buckets",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self.child(),
        )
        self.origins: list[cloudfront.DistributionOriginArgs] = [
            self._assets(identity, region, access) for identity, region in self._buckets.items()
        ]
        self.origins += [self._gateway(gateway, load_balancers[gateway.region]) for gateway in plan.gateways]
        self.groups = self._groups()
        self.assets_id = ASSETS_GROUP if self.groups else ASSETS

    def _assets(
        self, identity: str, region: str, access: cloudfront.OriginAccessControl
    ) -> cloudfront.DistributionOriginArgs:
        shield = self._cdn.shield_region
        return cloudfront.DistributionOriginArgs(
            origin_id=identity,
            domain_name=self._storage.in_region(region).assets.regional_domain_name,
            connection_attempts=self._cdn.connection_attempts,
            connection_timeout=CONNECT_SECONDS,
            origin_access_control_id=access.id,
            origin_shield=cloudfront.DistributionOriginOriginShieldArgs(enabled=True, origin_shield_region=shield)
            if shield
            else None,
        )

    def _gateway(self, gateway: GatewayOriginPlan, balancer: LoadBalancer) -> cloudfront.DistributionOriginArgs:
        origin = cloudfront.VpcOrigin(
            f"{self._name}-{gateway.code}",
            vpc_origin_endpoint_config=self._endpoint(gateway, balancer.arn),
            tags=self._tags.of("cdn", name=gateway.origin_id),
            # CloudFront changes none that a distribution uses: a new one is made, the distribution turns to it.
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[balancer.listener],
                replace_on_changes=["vpcOriginEndpointConfig"],
                custom_timeouts=pulumi.CustomTimeouts(create=_WAIT, update=_WAIT, delete=_WAIT),
            ),
        )
        return cloudfront.DistributionOriginArgs(
            origin_id=gateway.origin_id,
            # The viewer's Host goes along, and it is the site's name that the certificate is compared with.
            domain_name=balancer.dns_name,
            connection_attempts=self._cdn.connection_attempts,
            connection_timeout=CONNECT_SECONDS,
            vpc_origin_config=cloudfront.DistributionOriginVpcOriginConfigArgs(
                vpc_origin_id=origin.id,
                origin_read_timeout=self._cdn.response_seconds,
                origin_keepalive_timeout=KEEPALIVE_SECONDS,
            ),
        )

    def _endpoint(
        self, gateway: GatewayOriginPlan, arn: pulumi.Output[str]
    ) -> cloudfront.VpcOriginVpcOriginEndpointConfigArgs:
        ssl = cloudfront.VpcOriginVpcOriginEndpointConfigOriginSslProtocolsArgs
        return cloudfront.VpcOriginVpcOriginEndpointConfigArgs(
            name=arn.apply(lambda known: self._cdn.vpc_origin_name(gateway, known)),
            arn=arn,
            http_port=VPC_ORIGIN.http_port,
            https_port=VPC_ORIGIN.https_port,
            origin_protocol_policy=VPC_ORIGIN.protocol,
            origin_ssl_protocols=ssl(items=[VPC_ORIGIN.tls], quantity=1),
        )

    def _groups(self) -> Sequence[cloudfront.DistributionOriginGroupArgs]:
        if not self._cdn.failover_origin:
            return ()
        members = [cloudfront.DistributionOriginGroupMemberArgs(origin_id=identity) for identity in self._buckets]
        criteria = cloudfront.DistributionOriginGroupFailoverCriteriaArgs(status_codes=list(FAILOVER_STATUS))
        return (
            cloudfront.DistributionOriginGroupArgs(origin_id=ASSETS_GROUP, members=members, failover_criteria=criteria),
        )

    def admit(self, distribution_arn: pulumi.Output[str]) -> None:
        """Lets this distribution, and nobody else, read the assets."""
        for identity, region in self._buckets.items():
            place = self._storage.in_region(region)
            s3.BucketPolicy(
                f"{self._name}-{identity}-policy",
                bucket=place.assets.name,
                policy=pulumi.Output.all(place.assets.arn, distribution_arn).apply(
                    lambda arns: bucket_policy(
                        arns[0], [read_statement(arns[0], distribution_arn=arns[1]), write_once_statement(arns[0])]
                    )
                ),
                opts=pulumi.ResourceOptions(parent=self, provider=place.provider, depends_on=[place.assets.closed]),
            )
