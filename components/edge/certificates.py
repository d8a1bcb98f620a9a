"""Certificates of the site, in every region that shows one, validated by a DNS record."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi_aws import acm, route53

from components.shared.component import Component
from planning.edge.cdn import CdnPlan
from planning.edge.origins import PROOF_TTL_SECONDS
from planning.shared.tags import Tags


class Certificates(Component, token="naap:platform:Certificates"):
    """One certificate a region, and one record for them all: ACM asks the same proof of a name in every region.

    Certificates("certificates", plan=plan.cdn, providers={"us-east-1": ..., ...}, tags=tags)
    providers: must hold us-east-1, where CloudFront looks.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: CdnPlan,
        providers: Mapping[str, aws.Provider],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        named = tags.of("cdn", name=plan.domain)
        certificates = {
            region: acm.Certificate(
                f"{name}-{region}",
                domain_name=plan.domain,
                # Proved by the same record: ACM asks of a wildcard what it asks of the name.
                subject_alternative_names=list(plan.names) if plan.previews else None,
                validation_method="DNS",
                key_algorithm="EC_prime256v1",
                tags=named,
                opts=pulumi.ResourceOptions(parent=self, provider=provider),
            )
            for region, provider in sorted(providers.items())
        }
        first = next(iter(certificates.values())).domain_validation_options
        record = route53.Record(
            f"{name}-proof",
            zone_id=plan.zone_id,
            # Always there: ACM states one option for the one name that is asked for.
            name=first.apply(lambda options: options[0].resource_record_name or ""),
            type=first.apply(lambda options: options[0].resource_record_type or "CNAME"),
            records=[first.apply(lambda options: options[0].resource_record_value or "")],
            ttl=PROOF_TTL_SECONDS,
            allow_overwrite=True,
            opts=self.child(),
        )
        self._arns = {
            region: acm.CertificateValidation(
                f"{name}-{region}-validated",
                certificate_arn=certificate.arn,
                validation_record_fqdns=[record.fqdn],
                opts=pulumi.ResourceOptions(parent=self, provider=providers[region]),
            ).certificate_arn
            for region, certificate in certificates.items()
        }

    def in_region(self, region: str) -> pulumi.Output[str]:
        """ARN of a region's certificate, once it is valid."""
        return self._arns[region]
