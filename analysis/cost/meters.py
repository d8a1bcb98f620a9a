"""Quantities that are planned by assumptions and measured by AWS: where each stands in the estimate and in a report."""

from dataclasses import dataclass

from analysis.cost.load import MILLION


@dataclass(frozen=True, kw_only=True)
class Meter:
    """A quantity that is both planned and measured. unit: of the report's in one of the plan's.

    prices: of the lines that plan it, by the start of their names. rests_on: assumptions by which it is planned.
    """

    what: str
    product: str
    usage: str
    unit: float
    prices: tuple[str, ...]
    rests_on: tuple[str, ...]


METERS = (
    Meter(
        what="requests, millions",
        product="AmazonCloudFront",
        usage=r"Requests-.*HTTP",
        unit=MILLION,
        prices=("cdn-requests",),
        rests_on=("requests_per_user", "asset_requests_per_user"),
    ),
    Meter(
        what="bytes sent, GB",
        product="AmazonCloudFront",
        usage=r"DataTransfer-Out-Bytes",
        unit=1,
        prices=("cdn-gb",),
        rests_on=("asset_mb_per_user", "bytes_per_request"),
    ),
    Meter(
        what="node hours",
        product="AmazonEC2",
        usage=r"BoxUsage|SpotUsage",
        unit=1,
        prices=("ec2-",),
        rests_on=("cpu_ms_per_request", "node_fill_percent"),
    ),
    Meter(
        what="bytes through NAT, GB",
        product="AmazonEC2",
        usage=r"NatGateway-Bytes",
        unit=1,
        prices=("nat-gb",),
        rests_on=("egress_bytes_per_request", "image_gib_per_node"),
    ),
    Meter(
        what="bytes between zones, GB",
        product="AmazonEC2",
        usage=r"DataTransfer-Regional-Bytes",
        unit=1,
        prices=("zone-gb",),
        rests_on=("bytes_per_request", "database_bytes_per_request"),
    ),
    Meter(
        what="logs taken in, GB",
        product="AmazonCloudWatch",
        usage=r"DataProcessing-Bytes|VendedLog-Bytes",
        unit=1,
        prices=("logs-gb",),
        rests_on=("log_bytes_per_request", "log_gib_per_cluster", "log_gib_per_node"),
    ),
    Meter(
        what="samples taken in, millions",
        product="AmazonPrometheus",
        usage=r"MetricSampleCount",
        unit=MILLION,
        prices=("amp-samples",),
        rests_on=("series_per_proxy", "series_per_pod"),
    ),
    Meter(
        what="objects kept, GB",
        product="AmazonS3",
        usage=r"TimedStorage-ByteHrs",
        unit=1,
        prices=("s3-gb",),
        rests_on=("upload_mb_per_user",),
    ),
)
