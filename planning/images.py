"""Images of the platform's own workloads, in one table.

A digest is stated only where at least two independent public repositories pin the same one for the tag, or the
publisher does; without it the tag is all that pins the image, which the entry says. Nodes are arm64 and amd64: digests
are those of the multi-platform index.
"""

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


PGBOUNCER = Image(
    repository="docker.io/edoburu/pgbouncer",
    tag="v1.26.1-p0",
    digest=None,
    note="1.26.1 mends CVE-2026-107350. Tag only: no public pin of its digest was found. Runs as user 70.",
)
PGBOUNCER_EXPORTER = Image(
    repository="quay.io/prometheuscommunity/pgbouncer-exporter",
    tag="v0.12.1",
    digest="sha256:30f31b6c2efdad3647f8182cc7c1a3a19e42bae5d17387694989f969371c230d",
    note="Pinned so in one public repository; compare when the registry can be reached.",
)
CONFIG_COLLECTOR = Image(
    repository="quay.io/kiwigrid/k8s-sidecar",
    tag="2.11.2",
    digest=None,
    note="As in kube-prometheus-stack. Tag only: no public pin of its digest was found.",
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
