"""AWS regions that an environment may use: one record each, all that differs between them."""

from collections.abc import Mapping
from dataclasses import dataclass

CDN_REGION = "us-east-1"
"""Where AWS keeps what belongs to CloudFront: certificate, firewall, logs, metrics."""


@dataclass(frozen=True, kw_only=True)
class AwsRegion:
    """code: in physical names, as AWS's own zone ids abbreviate it.

    number: of its address range, 10.<64 + number>.0.0/16; taken once, never given to another.
    zones: ids of three availability zones that take an EKS control plane. By id, as a letter such as us-east-1a means
    another zone in another account, and some letters don't exist.
    price: what it costs compared to us-east-1, over all services. An assumption, not a price: as a public cost scanner
    that reads the AWS Price List has it (October 2026); single services differ more.
    shield: the region of CloudFront's origin shield before it, where AWS recommends another one.
    """

    code: str
    number: int
    zones: tuple[str, str, str]
    price: float
    shield: str | None = None


REGIONS: Mapping[str, AwsRegion] = {
    "us-east-1": AwsRegion(code="use1", number=0, zones=("use1-az1", "use1-az2", "use1-az4"), price=1.00),
    "us-east-2": AwsRegion(code="use2", number=1, zones=("use2-az1", "use2-az2", "use2-az3"), price=1.00),
    "us-west-2": AwsRegion(code="usw2", number=2, zones=("usw2-az1", "usw2-az2", "usw2-az3"), price=1.00),
    "ca-central-1": AwsRegion(
        code="cac1", number=3, zones=("cac1-az1", "cac1-az2", "cac1-az4"), price=1.05, shield="us-east-1"
    ),
    "eu-west-1": AwsRegion(code="euw1", number=4, zones=("euw1-az1", "euw1-az2", "euw1-az3"), price=1.08),
    "eu-central-1": AwsRegion(code="euc1", number=5, zones=("euc1-az1", "euc1-az2", "euc1-az3"), price=1.10),
    "ap-southeast-1": AwsRegion(code="apse1", number=6, zones=("apse1-az1", "apse1-az2", "apse1-az3"), price=1.12),
    "ap-northeast-1": AwsRegion(code="apne1", number=7, zones=("apne1-az1", "apne1-az2", "apne1-az4"), price=1.15),
}
"""use1-az3, cac1-az3 and apne1-az3 take no EKS control plane."""


def region_code(region: str) -> str:
    """The short name in physical names."""
    return REGIONS[region].code
