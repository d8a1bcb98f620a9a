"""Quotas of the account against what the plan needs at its most."""

from collections.abc import Mapping

from analysis.capacity.service_quotas import Quota
from doctor.finding import Check, Finding, Unanswered
from planning.shared.regions import CDN_REGION

NEAR = 0.8
"""From which part of a quota on one looks at what else the account holds."""
SERVICES: Mapping[str, str] = {
    "EC2": "ec2",
    "VPC": "vpc",
    "EKS": "eks",
    "RDS": "rds",
    "ElastiCache": "elasticache",
    "IAM": "iam",
    "S3": "s3",
    "ELB": "elasticloadbalancing",
    "AMP": "aps",
    "CloudFront": "cloudfront",
}
"""By how our table calls a service, how Service Quotas does."""
_ACCOUNT_WIDE = frozenset({"cloudfront", "iam", "s3"})
"""Kept in one region for all of them."""
_LATER = ("ELB", "AMP")
"""Reached under load, not at the first `up`."""


def service_of(quota: Quota) -> str | None:
    """What Service Quotas calls the quota's service; None: it doesn't know this quota."""
    return SERVICES.get(quota.name.partition(":")[0]) if quota.code.startswith("L-") else None


def regions_of(quota: Quota, regions: tuple[str, ...]) -> tuple[str, ...]:
    """Where it is asked for. regions: of the plan, home first."""
    return (CDN_REGION,) if service_of(quota) in _ACCOUNT_WIDE else regions


def judge_quota(quota: Quota, region: str, value: float | Unanswered | None, *, home: bool) -> Finding:
    """home: where the numbers are those of the region; elsewhere they are its most."""
    check = _check(region, quota.name)
    if isinstance(value, Unanswered):
        return check.skipped(value, quota.name)
    limit, told = (quota.default, " (AWS's default)") if value is None else (value, "")
    seen = f"{limit:,.0f}{told}, needed {quota.needed:,}"
    fix = (
        f"aws service-quotas request-service-quota-increase --region {region} --service-code {service_of(quota)} "
        f"--quota-code {quota.code} --desired-value {quota.needed if quota.stated else round(quota.needed / NEAR)}"
    )
    if quota.needed > limit:
        later = quota.name.startswith(_LATER) or not home
        return check.warns(seen, fix) if later else check.stops(seen, fix)
    if quota.needed > limit * NEAR and not quota.stated:
        return check.warns(seen, fix)
    return check.ok(seen)


def skipped_quotas(why: Unanswered) -> Finding:
    """All of them, where there is no account to ask."""
    return _check("", "").skipped(why)


def _check(region: str, quota: str) -> Check:
    rule = "the account allows what the plan needs at its most, beside all else that it holds"
    return Check(name="quota", rule=rule, entry=region, field=quota)
