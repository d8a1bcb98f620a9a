"""Images of the platform's own workloads, in one table; PgBouncer's is built from images/ and named by the settings.

A digest is stated only where public repositories pin the same one for the tag, or the publisher does; without it the
tag is all that pins the image, which the entry says. Nodes are arm64 and amd64: digests
are those of the multi-platform index.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image by tag and, where it is known, digest. note: where the digest was seen, or why there is none."""

    repository: str
    tag: str
    digest: str | None
    note: str

    @property
    def reference(self) -> str:
        """What a container's `image` says."""
        return f"{self.repository}:{self.tag}" + (f"@{self.digest}" if self.digest else "")


PGBOUNCER_EXPORTER = Image(
    repository="quay.io/prometheuscommunity/pgbouncer-exporter",
    tag="v0.12.1",
    digest="sha256:30f31b6c2efdad3647f8182cc7c1a3a19e42bae5d17387694989f969371c230d",
    note="Pinned so in one public repository; compare when the registry can be reached.",
)
CONFIG_COLLECTOR = Image(
    repository="quay.io/kiwigrid/k8s-sidecar",
    tag="2.11.2",
    digest="sha256:2912be006f62f9ea080194cf6d3afcd90daead8d101d0ba686a137a849f6a4f6",
    note="As in kube-prometheus-stack. Pinned so in one public repository; compare when the registry can be reached.",
)
POSTGRES_CLIENT = Image(
    repository="docker.io/library/postgres",
    tag="17.11-alpine3.24",
    digest="sha256:18cfe3ef5e6815560c98237d6216d1e5119702fb0f3894c8785dd58b8bbe5d73",
    note="Pinned so in three independent public repositories. Only psql, pg_dump and sh of it are used.",
)
AWS_CLI = Image(
    repository="docker.io/amazon/aws-cli",
    tag="2.37.5",
    digest="sha256:fb7ccfc7b4e3a05017e6c9ded4ba959b99af622130e211fb976c68c2f4d3f224",
    note="Pinned so in three independent public repositories.",
)
ENVOY = Image(
    repository="docker.io/envoyproxy/envoy",
    tag="distroless-v1.39.1",
    digest="sha256:eb2c01c13125d1629637cb4e4cce7207009fb7cc2c8027f9742758549d15b6f4",
    note="What Envoy Gateway 1.9.1 itself pins. With 1.40.0 the identity header of a session check did not arrive.",
)
ENVOY_GATEWAY = Image(
    repository="docker.io/envoyproxy/gateway",
    tag="v1.9.1",
    digest="sha256:0049bcb384c591c6a6dd043fe5c9929ef6e74f230e12dd678d2d3701df9b301e",
    note="Pinned so in two independent public repositories. Also runs beside each proxy, to drain it.",
)
RATE_LIMIT = Image(
    repository="docker.io/envoyproxy/ratelimit",
    tag="8fe6ea42",
    digest="sha256:a61547259607d40aff153050c2a87873ca1676d1d9f5f06937d412000dcc2df1",
    note="What Envoy Gateway 1.9.1 itself pins.",
)
OTEL_COLLECTOR = Image(
    repository="public.ecr.aws/aws-observability/aws-otel-collector",
    tag="v0.48.0",
    digest="sha256:9b28046359054b414f4ba76056ba4e8cffda2d53fbcee06171d7eeecd71326c3",
    note="Pinned so in two public repositories; a third pins another digest, that of one platform.",
)
SIGV4_PROXY = Image(
    repository="public.ecr.aws/aws-observability/aws-sigv4-proxy",
    tag="1.11.1",
    digest="sha256:34bbec3cb98403d3e040ec1dadb53bb02285f70d2f0ead2d16435fd30980abaa",
    note="Pinned so in two public repositories. Signs the queries of what knows no AWS.",
)
STATE_METRICS = Image(
    repository="registry.k8s.io/kube-state-metrics/kube-state-metrics",
    tag="v2.20.0",
    digest="sha256:42cfe3723a5f058171c627537fb57a3ea0f26e4380fa18555a95cb1a1b4cfc5b",
    note="Pinned so in two public repositories. Built with the client of Kubernetes 1.36. Runs as user 65534.",
)
GRAFANA = Image(
    repository="docker.io/grafana/grafana",
    tag="12.4.12",
    digest="sha256:83be3e511ede559bee80e2215bb1987cb1246075461cb961beb515b0341e7aea",
    note="Pinned so in one public repository; compare when the registry can be reached. User 472.",
)
NODE_INSTRUMENTATION = Image(
    repository="ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-nodejs",
    tag="0.78.0",
    digest=None,
    note="Tag only: no public pin of its digest was found. Only /autoinstrumentation is copied out of it.",
)
METRICS_ADAPTER = Image(
    repository="ghcr.io/zalando-incubator/kube-metrics-adapter",
    tag="v0.2.6",
    digest=None,
    note="Tag only: no public pin of its digest was found.",
)


def mirrored(reference: str, mirrors: Mapping[str, str]) -> str:
    """The reference as it is pulled. mirrors: from the start of references, mostly a registry's host, to what stands
    there instead (naap:imageMirrors)."""
    whole = _with_host(reference)
    for start, instead in mirrors.items():
        if whole.startswith(f"{start}/"):
            return instead + whole.removeprefix(start)
    return reference


def _with_host(reference: str) -> str:
    """Docker's way of leaving out its own registry, written out."""
    first, _, rest = reference.partition("/")
    if reference.startswith("oci://") or (rest and (set(first) & {".", ":"} or first == "localhost")):
        return reference
    return f"docker.io/{reference if rest else f'library/{reference}'}"
