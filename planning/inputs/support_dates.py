"""Ends of support of everything that is pinned, in one table, and which of them come near. The day is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WARN_DAYS = 90
"""Before an end, the plan of a stack begins to warn."""
FAIL_DAYS = 30
"""Before an end, the weekly workflow begins to fail."""


@dataclass(frozen=True, kw_only=True)
class Support:
    """Something pinned, and when its standard support ends.

    version: exactly as it is pinned, so that who raises the pin looks at this row. until: the first day without
    standard support; None: the vendor states none, and source says what it states instead.
    """

    what: str
    version: str
    until: date | None
    source: str


SUPPORT = (
    Support(
        what="Amazon EKS",
        version="1.36",
        until=date(2027, 8, 2),
        source="docs.aws.amazon.com, EKS, Kubernetes version lifecycle: 14 months from its release on EKS",
    ),
    Support(
        what="EKS add-on metrics-server",
        version="v0.9.0-eksbuild.11",
        until=None,
        source="offered per Kubernetes version (aws eks describe-addon-versions); look when EKS is raised",
    ),
    Support(
        what="EKS add-on amazon-cloudwatch-observability",
        version="v6.7.0-eksbuild.1",
        until=None,
        source="offered per Kubernetes version (aws eks describe-addon-versions); look when EKS is raised",
    ),
    Support(
        what="Amazon RDS for PostgreSQL",
        version="17",
        until=date(2030, 2, 28),
        source="docs.aws.amazon.com, RDS for PostgreSQL, release calendars",
    ),
    Support(
        what="RDS certificate authority",
        version="rds-ca-rsa2048-g1",
        until=date(2061, 5, 20),
        source="the authorities' own certificates (planning/database/rds_authorities.pem), the earliest of all regions",
    ),
    Support(
        what="Amazon ElastiCache for Valkey",
        version="8.1",
        until=None,
        source="AWS has announced ends for Redis OSS only; the project mends it until 2030-03-31 (valkey.io, releases)",
    ),
    Support(
        what="CloudFront Functions runtime",
        version="cloudfront-js-2.0",
        until=None,
        source="AWS has announced no end",
    ),
    Support(
        what="Envoy Gateway chart",
        version="v1.9.1",
        until=date(2027, 2, 14),
        source="gateway.envoyproxy.io, compatibility matrix, end of life of v1.9",
    ),
    Support(
        what="image envoyproxy/gateway",
        version="v1.9.1",
        until=date(2027, 2, 14),
        source="gateway.envoyproxy.io, compatibility matrix, end of life of v1.9",
    ),
    Support(
        what="image envoyproxy/envoy",
        version="distroless-v1.39.1",
        until=date(2027, 7, 14),
        source="Envoy, RELEASES.md: a year from the release of 1.39",
    ),
    Support(
        what="image envoyproxy/ratelimit",
        version="8fe6ea42",
        until=None,
        source="no releases; goes with Envoy Gateway",
    ),
    Support(
        what="image library/postgres",
        version="17.11-alpine3.24",
        until=date(2029, 11, 8),
        source="postgresql.org, versioning policy, final release of 17",
    ),
    Support(
        what="image amazon/aws-cli",
        version="2.37.5",
        until=None,
        source="AWS supports major version 2 without an announced end",
    ),
    Support(
        what="image aws-observability/aws-otel-collector",
        version="v0.48.0",
        until=None,
        source="AWS states no end by version",
    ),
    Support(
        what="image aws-observability/aws-sigv4-proxy",
        version="1.11.1",
        until=None,
        source="no support policy",
    ),
    Support(
        what="image kube-state-metrics/kube-state-metrics",
        version="v2.20.0",
        until=None,
        source="only the newest release is maintained; the README's matrix pairs it with a Kubernetes version",
    ),
    Support(
        what="image grafana/grafana",
        version="12.4.12",
        until=date(2027, 5, 24),
        source="grafana.com, when to upgrade: 15 months from the last minor version of a major one",
    ),
    Support(
        what="image prometheuscommunity/pgbouncer-exporter",
        version="v0.12.1",
        until=None,
        source="no support policy",
    ),
    Support(
        what="image kiwigrid/k8s-sidecar",
        version="2.11.2",
        until=None,
        source="no support policy",
    ),
    Support(
        what="image open-telemetry/opentelemetry-operator/autoinstrumentation-nodejs",
        version="0.78.0",
        until=None,
        source="no support policy",
    ),
    Support(
        what="image zalando-incubator/kube-metrics-adapter",
        version="v0.2.6",
        until=None,
        source="no support policy",
    ),
    Support(
        what="image pgbouncer",
        version="1.26.1",
        until=None,
        source="the project maintains its newest release only",
    ),
    Support(
        what="Kubernetes on this machine",
        version="1.36.3",
        until=date(2027, 6, 28),
        source="kubernetes.io, patch releases, end of life",
    ),
    Support(
        what="etcd on this machine",
        version="3.6.8",
        until=None,
        source="etcd.io, the two newest minor versions are maintained",
    ),
    Support(
        what="KWOK on this machine",
        version="0.8.0",
        until=None,
        source="no support policy",
    ),
    Support(
        what="Pulumi",
        version="3.251.0",
        until=None,
        source="Pulumi has announced no end of version 3",
    ),
    Support(
        what="promtool of the tests",
        version="3.13.5",
        until=date(2027, 7, 31),
        source="prometheus.io, long-term support",
    ),
    Support(
        what="Python, the oldest that is allowed",
        version="3.11",
        until=date(2027, 10, 31),
        source="devguide.python.org, status of Python versions",
    ),
    Support(
        what="Python of the workflows",
        version="3.13",
        until=date(2029, 10, 31),
        source="devguide.python.org, status of Python versions",
    ),
)


def ending(day: date, within: int, rows: Sequence[Support] = SUPPORT) -> tuple[Support, ...]:
    """Rows whose support has ended by `day`, or ends within that many days of it, the earliest first."""
    last = day + timedelta(days=within)
    near = [(row.until, row) for row in rows if row.until is not None and row.until <= last]
    return tuple(row for _, row in sorted(near, key=lambda pair: pair[0]))


def distance(until: date, day: date) -> str:
    """How far an end is: in 30 days, today, 3 days ago."""
    days = (until - day).days
    if days == 0:
        return "today"
    counted = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"in {counted}" if days > 0 else f"{counted} ago"
