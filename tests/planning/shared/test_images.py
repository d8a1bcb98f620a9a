"""From where images are pulled."""

import pytest

from planning.shared.images import mirrored

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
MIRRORS = {"docker.io": f"{ECR}/docker-hub", "quay.io": f"{ECR}/quay"}


@pytest.mark.parametrize(
    ("stated", "pulled"),
    [
        ("docker.io/envoyproxy/envoy:v1@sha256:0a", f"{ECR}/docker-hub/envoyproxy/envoy:v1@sha256:0a"),
        ("postgres:17", f"{ECR}/docker-hub/library/postgres:17"),
        ("naap/my-wallet:1.0.0", f"{ECR}/docker-hub/naap/my-wallet:1.0.0"),
        ("quay.io/kiwigrid/k8s-sidecar:2", f"{ECR}/quay/kiwigrid/k8s-sidecar:2"),
        ("quay.io.example/a/b:1", "quay.io.example/a/b:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("registry:5000/a/b:1", "registry:5000/a/b:1"),
        (f"{ECR}/naap/my-wallet:1.0.0", f"{ECR}/naap/my-wallet:1.0.0"),
        ("oci://docker.io/envoyproxy/gateway-helm", "oci://docker.io/envoyproxy/gateway-helm"),
    ],
)
def test_a_reference_names_the_mirror_of_its_registry(stated: str, pulled: str) -> None:
    assert mirrored(stated, MIRRORS) == pulled
    assert mirrored(stated, {}) == stated


def test_a_chart_comes_from_a_mirror_of_its_own() -> None:
    found = mirrored("oci://docker.io/envoyproxy/gateway-helm", {"oci://docker.io": f"oci://{ECR}/docker-hub"})
    assert found == f"oci://{ECR}/docker-hub/envoyproxy/gateway-helm"
