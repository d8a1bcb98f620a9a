"""The gateway's load balancer of a region: private, and reached by CloudFront only.

LoadBalancer(f"{code}-load-balancer", plan=plan.load_balancer, network=network, cluster=cluster.name,
             pods_security_group_id=cluster.security_group_id, certificate_arn=certificates.in_region(region),
             logs=storage.in_region(region).logs, tags=tags, opts=...)
"""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2, lb, vpc

from components.data.bucket import Bucket
from components.network.vpc import Network
from components.shared.component import Component
from planning.gateway.load_balancer import CDN_PREFIX_LIST, HTTPS_PORT, IDLE_SECONDS, TLS_POLICY, LoadBalancerPlan
from planning.shared.tags import Tags


class LoadBalancer(Component, token="naap:platform:LoadBalancer"):
    """Handles: arn, dns_name, zone_id, target_group_arn, security_group_id, listener (wait for it before use),
    dimensions (by which CloudWatch names it and its targets).
    """

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    target_group_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    listener: lb.Listener
    dimensions: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        *,
        plan: LoadBalancerPlan,
        network: Network,
        cluster: str,
        pods_security_group_id: pulumi.Input[str],
        certificate_arn: pulumi.Input[str],
        logs: Bucket,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan, self._name = plan, name
        self._tags = tags.of("gateway", name=plan.name)
        self.security_group_id = self._security_group(network, pods_security_group_id)
        balancer = self._balancer(network, logs)
        targets = self._targets(network, cluster)
        self.arn, self.dns_name, self.zone_id = balancer.arn, balancer.dns_name, balancer.zone_id
        self.target_group_arn = targets.arn
        self.listener = lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=HTTPS_PORT,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate_arn,
            routing_http_response_server_enabled=False,
            default_actions=[lb.ListenerDefaultActionArgs(type="forward", target_group_arn=targets.arn)],
            tags=self._tags,
            opts=self.child(*self._ways),
        )
        self.dimensions = {
            "LoadBalancer": self.arn.apply(lambda arn: arn.partition("loadbalancer/")[2]),
            "TargetGroup": self.target_group_arn.apply(lambda arn: arn.rpartition(":")[2]),
        }
        self.register_outputs({"dnsName": self.dns_name})

    def _security_group(self, network: Network, pods: pulumi.Input[str]) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            f"{self._name}-group",
            description="Load balancer of the gateway: from CloudFront, to the proxies",
            vpc_id=network.vpc_id,
            tags=self._tags,
            opts=self.child(),
        )
        cloudfront = ec2.get_managed_prefix_list_output(
            name=CDN_PREFIX_LIST, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        from_cdn = vpc.SecurityGroupIngressRule(
            f"{self._name}-from-cdn",
            security_group_id=group.id,
            description="HTTPS from CloudFront",
            ip_protocol="tcp",
            from_port=HTTPS_PORT,
            to_port=HTTPS_PORT,
            prefix_list_id=cloudfront.id,
            tags=self._tags,
            opts=self.child(),
        )
        to_proxies = vpc.SecurityGroupEgressRule(
            f"{self._name}-to-proxies",
            security_group_id=group.id,
            description="HTTPS and health checks to the proxies",
            ip_protocol="tcp",
            from_port=self.plan.target_port,
            to_port=self.plan.target_port,
            referenced_security_group_id=pods,
            tags=self._tags,
            opts=self.child(),
        )
        at_proxies = vpc.SecurityGroupIngressRule(
            f"{self._name}-proxies-from",
            security_group_id=pods,
            description="HTTPS and health checks from the load balancer of the gateway",
            ip_protocol="tcp",
            from_port=self.plan.target_port,
            to_port=self.plan.target_port,
            referenced_security_group_id=group.id,
            tags=self._tags,
            opts=self.child(),
        )
        self._ways = [from_cdn, to_proxies, at_proxies]
        return group.id

    def _balancer(self, network: Network, logs: Bucket) -> lb.LoadBalancer:
        return lb.LoadBalancer(
            f"{self._name}-balancer",
            name=self.plan.name,
            load_balancer_type="application",
            internal=True,
            ip_address_type="ipv4",
            subnets=network.private_subnet_ids,
            security_groups=[self.security_group_id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            xff_header_processing_mode="append",
            idle_timeout=IDLE_SECONDS,
            enable_http2=True,
            enable_zonal_shift=True,
            enable_deletion_protection=self.plan.protect,
            access_logs=lb.LoadBalancerAccessLogsArgs(bucket=logs.name, prefix="alb", enabled=True),
            tags=self._tags,
            # AWS tries the bucket at once.
            opts=self.child(logs.ready),
        )

    def _targets(self, network: Network, cluster: str) -> lb.TargetGroup:
        health = self.plan.health
        return lb.TargetGroup(
            f"{self._name}-targets",
            # A group that is replaced needs another name while the listener still names the old one.
            name_prefix="naap-",
            vpc_id=network.vpc_id,
            target_type="ip",
            ip_address_type="ipv4",
            port=self.plan.target_port,
            protocol="HTTPS",
            protocol_version="HTTP1",
            deregistration_delay=self.plan.drain_seconds,
            load_balancing_algorithm_type="least_outstanding_requests",
            health_check=lb.TargetGroupHealthCheckArgs(
                enabled=True,
                protocol="HTTPS",
                port="traffic-port",
                path=health.path,
                matcher="200",
                interval=health.interval_seconds,
                timeout=health.timeout_seconds,
                healthy_threshold=health.successes,
                unhealthy_threshold=health.failures,
            ),
            # By which Auto Mode's own policy knows the groups that the cluster may register pods with.
            tags={**self._tags, "eks:eks-cluster-name": cluster},
            opts=self.child(),
        )
