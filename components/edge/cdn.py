"""The content delivery network: one CloudFront distribution before assets and gateways.

Cdn("cdn", plan=plan.cdn, storage=storage, load_balancers={region: ...}, certificate_arn=certificates.in_region(
    "us-east-1"), global_provider=us_east_1, tags=tags, opts=...)
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi_aws import cloudfront, cloudwatch, shield

from components.data.buckets import Buckets
from components.edge.cache_policies import ALL_OF_THE_VIEWER, HOST_ALONE, CachePolicies
from components.edge.dns import SiteNames
from components.edge.firewall import Firewall
from components.edge.functions import CdnFunctions
from components.edge.origins import CdnOrigins
from components.gateway.load_balancer import LoadBalancer
from components.shared.component import Component
from planning.edge.behaviours import BehaviourPlan, Caching
from planning.edge.cdn import CdnPlan, GatewayOriginPlan
from planning.shared.tags import Tags

_READ = ["GET", "HEAD", "OPTIONS"]
_CACHED = ["GET", "HEAD"]
_ALL = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
_KEPT_ERRORS = (404, 414, 500, 501, 502, 503, 504)
"""Which CloudFront keeps for ten seconds of its own accord, also where the answer says no-store or the behaviour
keeps nothing: one user's error would be another one's answer."""

RECORDED = (
    *("date", "time", "time-taken", "time-to-first-byte", "x-edge-location", "x-edge-request-id"),
    *("x-edge-result-type", "x-edge-response-result-type", "x-edge-detailed-result-type"),
    *("c-ip", "c-port", "x-forwarded-for", "x-host-header", "cs-method", "cs-uri-stem", "cs(User-Agent)"),
    *("cs-protocol", "cs-protocol-version", "ssl-protocol", "ssl-cipher", "cs-bytes"),
    *("sc-status", "sc-bytes", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end"),
)
"""Of a request. Left out is what holds secrets of users: the query, the page that a request came from (with its query),
cookies. The names are CloudFront's."""


class Cdn(Component, token="naap:platform:Cdn"):
    """Handles: site_url, api_url, distribution_id, distribution_arn, domain_name, health_check_ids, firewall_arn."""

    site_url: str
    api_url: str

    def __init__(
        self,
        name: str,
        *,
        plan: CdnPlan,
        storage: Buckets,
        load_balancers: Mapping[str, LoadBalancer],
        certificate_arn: pulumi.Input[str],
        global_provider: aws.Provider,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # Everything of CloudFront lives in us-east-1, whatever the home region.
        own = pulumi.ResourceOptions(providers=[global_provider])
        super().__init__(name, pulumi.ResourceOptions.merge(opts, own))
        self.plan, self._name, self._tags = plan, name, tags
        self.site_url, self.api_url = plan.site_url, plan.api_url
        self._policies = CachePolicies(f"{name}-policies", plan=plan, storage=storage, opts=self.child())
        self._functions = CdnFunctions(f"{name}-functions", plan=plan, tags=tags, opts=self.child())
        self._origins = CdnOrigins(
            f"{name}-origins",
            plan=plan,
            storage=storage,
            load_balancers=load_balancers,
            tags=tags,
            opts=self.child(),
        )
        firewall = Firewall(f"{name}-firewall", plan=plan.firewall, protect=plan.protect, tags=tags, opts=self.child())
        self.firewall_arn = firewall.arn
        distribution = self._distribution(certificate_arn)
        self.distribution_id, self.distribution_arn = distribution.id, distribution.arn
        self.domain_name = distribution.domain_name
        self._origins.admit(distribution.arn)
        self.health_check_ids = SiteNames(
            f"{name}-names", plan=plan, distribution=distribution, tags=tags, opts=self.child()
        ).health_check_ids
        self._records(storage.home.logs.arn, storage.home.logs.ready)
        self._extras()
        self.register_outputs({"siteUrl": self.site_url})

    def _distribution(self, certificate_arn: pulumi.Input[str]) -> cloudfront.Distribution:
        plan = self.plan
        return cloudfront.Distribution(
            f"{self._name}-distribution",
            enabled=True,
            comment=plan.name,
            aliases=list(plan.names),
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=plan.price_class,
            default_root_object=None if plan.behaviours.site_server else "index.html",
            web_acl_id=self.firewall_arn,
            origins=self._origins.origins,
            origin_groups=list(self._origins.groups),
            default_cache_behavior=self._server() if plan.behaviours.site_server else self._shell(),
            ordered_cache_behaviors=[
                *(self._health(gateway) for gateway in plan.gateways),
                *(self._behaviour(behaviour) for behaviour in plan.behaviours.listed),
            ],
            custom_error_responses=[
                cloudfront.DistributionCustomErrorResponseArgs(error_code=code, error_caching_min_ttl=0)
                for code in _KEPT_ERRORS
            ],
            restrictions=cloudfront.DistributionRestrictionsArgs(
                geo_restriction=cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            viewer_certificate=cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=certificate_arn,
                ssl_support_method="sni-only",
                minimum_protocol_version="TLSv1.2_2021",
            ),
            tags=self._tags.of("cdn", name=plan.name),
            opts=pulumi.ResourceOptions(parent=self, protect=plan.protect),
        )

    def _server(self) -> cloudfront.DistributionDefaultCacheBehaviorArgs:
        """Pages that a server makes for who asks."""
        return cloudfront.DistributionDefaultCacheBehaviorArgs(
            target_origin_id=self.plan.home.origin_id,
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=_ALL,
            cached_methods=_CACHED,
            # The server does it: the policy that keeps nothing doesn't let CloudFront.
            compress=False,
            cache_policy_id=self._policies.cache[Caching.NEVER],
            origin_request_policy_id=ALL_OF_THE_VIEWER,
            response_headers_policy_id=self._policies.headers_shell,
            function_associations=_default_associations(self._functions.routers),
        )

    def _shell(self) -> cloudfront.DistributionDefaultCacheBehaviorArgs:
        return cloudfront.DistributionDefaultCacheBehaviorArgs(
            target_origin_id=self._origins.assets_id,
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=_READ,
            cached_methods=_CACHED,
            compress=True,
            cache_policy_id=self._policies.cache_shell,
            response_headers_policy_id=self._policies.headers_shell,
            function_associations=_default_associations(self._functions.site),
        )

    def _behaviour(self, behaviour: BehaviourPlan) -> cloudfront.DistributionOrderedCacheBehaviorArgs:
        if behaviour.gateway and behaviour.caching is Caching.NEVER:
            return self._to_gateway(behaviour.path, self.plan.home, self._functions.routers, _ALL)
        return cloudfront.DistributionOrderedCacheBehaviorArgs(
            path_pattern=behaviour.path,
            target_origin_id=self.plan.home.origin_id if behaviour.gateway else self._origins.assets_id,
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=_READ,
            cached_methods=_CACHED,
            compress=True,
            cache_policy_id=self._policies.cache[behaviour.caching],
            # What is kept for all depends on nothing that one of them sent.
            origin_request_policy_id=HOST_ALONE if behaviour.gateway else None,
            response_headers_policy_id=self._policies.headers[behaviour.caching],
            function_associations=_associations(self._functions.routers) if behaviour.gateway else None,
        )

    def _health(self, gateway: GatewayOriginPlan) -> cloudfront.DistributionOrderedCacheBehaviorArgs:
        return self._to_gateway(gateway.health_path, gateway, [self._functions.health], _CACHED)

    def _to_gateway(
        self, path: str, gateway: GatewayOriginPlan, functions: Sequence[pulumi.Output[str]], methods: list[str]
    ) -> cloudfront.DistributionOrderedCacheBehaviorArgs:
        return cloudfront.DistributionOrderedCacheBehaviorArgs(
            path_pattern=path,
            target_origin_id=gateway.origin_id,
            # An API call in clear text is refused, not redirected: its token has been seen already.
            viewer_protocol_policy="https-only",
            allowed_methods=methods,
            cached_methods=_CACHED,
            compress=False,
            cache_policy_id=self._policies.cache[Caching.NEVER],
            origin_request_policy_id=ALL_OF_THE_VIEWER,
            response_headers_policy_id=self._policies.headers[Caching.NEVER],
            function_associations=_associations(functions),
        )

    def _records(self, bucket_arn: pulumi.Output[str], ready: pulumi.Resource) -> None:
        """Access records, by CloudWatch's delivery: CloudFront's older way needs a bucket with access lists."""
        named = self._tags.of("cdn", name=self.plan.name)
        source = cloudwatch.LogDeliverySource(
            f"{self._name}-records-source",
            name=self.plan.policy_name("access")[:60],
            log_type="ACCESS_LOGS",
            resource_arn=self.distribution_arn,
            tags=named,
            opts=self.child(),
        )
        destination = cloudwatch.LogDeliveryDestination(
            f"{self._name}-records-destination",
            name=self.plan.policy_name("access")[:60],
            output_format="json",
            delivery_destination_configuration=(
                cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs(
                    destination_resource_arn=bucket_arn
                )
            ),
            tags=named,
            opts=self.child(ready),
        )
        cloudwatch.LogDelivery(
            f"{self._name}-records",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=RECORDED,
            tags=named,
            opts=self.child(),
        )

    def _extras(self) -> None:
        if self.plan.real_time_metrics:
            cloudfront.MonitoringSubscription(
                f"{self._name}-metrics",
                distribution_id=self.distribution_id,
                monitoring_subscription=cloudfront.MonitoringSubscriptionMonitoringSubscriptionArgs(
                    realtime_metrics_subscription_config=(
                        cloudfront.MonitoringSubscriptionMonitoringSubscriptionRealtimeMetricsSubscriptionConfigArgs(
                            realtime_metrics_subscription_status="Enabled"
                        )
                    )
                ),
                opts=self.child(),
            )
        if self.plan.shield_advanced:
            subscription = shield.Subscription(
                f"{self._name}-shield",
                auto_renew="DISABLED",
                # A year is paid for; it ends by itself.
                skip_destroy=True,
                opts=self.child(),
            )
            shield.Protection(
                f"{self._name}-shield-distribution",
                name=self.plan.name,
                resource_arn=self.distribution_arn,
                tags=self._tags.of("cdn", name=self.plan.name),
                opts=self.child(subscription),
            )


def _associations(
    functions: Sequence[pulumi.Output[str]],
) -> list[cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArgs]:
    return [
        cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArgs(
            event_type="viewer-request", function_arn=function
        )
        for function in functions
    ]


def _default_associations(
    functions: Sequence[pulumi.Output[str]],
) -> list[cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs]:
    return [
        cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs(
            event_type="viewer-request", function_arn=function
        )
        for function in functions
    ]
