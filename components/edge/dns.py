"""DNS records of the site, and Route 53's health checks of each region, from all over the world."""

from itertools import product

import pulumi
from pulumi_aws import cloudfront, route53

from components.shared.component import Component
from planning.edge.cdn import CdnPlan, GatewayOriginPlan
from planning.edge.origins import CHECK_FAILURES, CHECK_SECONDS, VERDICT_TTL_SECONDS
from planning.shared.tags import Tags


class SiteNames(Component, token="naap:platform:CdnNames"):
    """Handles: health_check_ids by region, for alarms.

    Health checks go through the CDN, by a path that only one region answers: gateways have no public address.
    With several, the record _active.<domain> is Route 53's verdict on them: the code of the region that should serve.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: CdnPlan,
        distribution: cloudfront.Distribution,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._cdn, self._tags = name, plan, tags
        for kind, site in product(("A", "AAAA"), plan.names):
            route53.Record(
                f"{name}-{kind.lower()}" if site == plan.domain else f"{name}-previews-{kind.lower()}",
                zone_id=plan.zone_id,
                name=site,
                type=kind,
                aliases=[
                    route53.RecordAliasArgs(
                        name=distribution.domain_name,
                        zone_id=distribution.hosted_zone_id,
                        # CloudFront has no health of its own that Route 53 could ask for.
                        evaluate_target_health=False,
                    )
                ],
                opts=self.child(),
            )
        self.health_check_ids = {gateway.region: self._health(gateway, distribution) for gateway in plan.gateways}
        several = plan.gateways if len(plan.gateways) > 1 else ()
        for index, gateway in enumerate(several[:2]):
            self._verdict("PRIMARY" if index == 0 else "SECONDARY", gateway)

    def _health(self, gateway: GatewayOriginPlan, distribution: cloudfront.Distribution) -> pulumi.Output[str]:
        return route53.HealthCheck(
            f"{self._name}-health-{gateway.code}",
            type="HTTPS",
            fqdn=self._cdn.domain,
            port=443,
            resource_path=gateway.health_path,
            enable_sni=True,
            request_interval=CHECK_SECONDS,
            failure_threshold=CHECK_FAILURES,
            measure_latency=True,
            tags=self._tags.of("cdn", name=f"{self._cdn.name}-{gateway.code}"),
            opts=self.child(distribution),
        ).id

    def _verdict(self, role: str, gateway: GatewayOriginPlan) -> None:
        route53.Record(
            f"{self._name}-active-{gateway.code}",
            zone_id=self._cdn.zone_id,
            name=f"_active.{self._cdn.domain}",
            type="TXT",
            ttl=VERDICT_TTL_SECONDS,
            records=[gateway.code],
            set_identifier=gateway.code,
            health_check_id=self.health_check_ids[gateway.region],
            failover_routing_policies=[route53.RecordFailoverRoutingPolicyArgs(type=role)],
            opts=self.child(),
        )
