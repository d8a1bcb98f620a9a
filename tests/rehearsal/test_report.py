"""The report of an `up`, from a state such as the engine exports."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from rehearsal.report import (
    Report,
    as_lines,
    components,
    kind_label,
    outputs,
    played,
    real,
    short_image,
    shown_output,
)
from rehearsal.standins.values import SECRET, SIGNATURE
from rehearsal.tools.toolbox import BUILT, Found

STACK = "urn:pulumi:dev::naap::pulumi:pulumi:Stack::naap-dev"
SECRET_VALUE = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}


def resource(kind: str, name: str, parent: str = STACK, **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::naap::{kind}::{name}"
    return {"urn": urn, "type": kind, "parent": parent, "custom": not kind.startswith("naap:"), **more}


PLATFORM = resource("naap:platform:Platform", "naap")
PLUGIN = resource("naap:plugin:Plugin", "my-wallet", PLATFORM["urn"])
RESOURCES = [
    {
        "urn": STACK,
        "type": "pulumi:pulumi:Stack",
        "custom": False,
        "outputs": {"url": "https://x", "password": SECRET_VALUE, "map": {"deep": [SECRET_VALUE]}, "n": {"a": 1}},
    },
    PLATFORM,
    PLUGIN,
    resource("pulumi:providers:kubernetes", "k8s", PLATFORM["urn"]),
    resource("aws:s3/bucket:Bucket", "assets", PLATFORM["urn"]),
    resource("kubernetes:core/v1:Namespace", "ns", PLUGIN["urn"]),
    resource("kubernetes:eks.amazonaws.com/v1:TargetGroupBinding", "tgb", PLUGIN["urn"]),
    resource("kubernetes:helm.sh/v3:Release", "metrics", PLATFORM["urn"], outputs={"resourceNames": {}}),
    resource("kubernetes:helm.sh/v3:Release", "gateway", PLATFORM["urn"], outputs={"resourceNames": {"x/v1": ["y"]}}),
    resource("aws:s3/bucketPolicy:BucketPolicy", "p", "urn:pulumi:dev::naap::aws:s3/bucket:Bucket::assets"),
]
TOOLS = {"etcd": Found(name="etcd", path=Path("/x/etcd"), version="3.6.5", origin=BUILT)}


def report(official: dict[str, Path | None]) -> Report:
    return Report(
        plan=cast("Any", SimpleNamespace(plugins=())),
        tools=TOOLS,
        official=official,
        resources=RESOURCES,
        recorded_kinds=frozenset({"TargetGroupBinding.eks.amazonaws.com", "NodeClass.eks.amazonaws.com"}),
        kubeconfigs={"naap-dev": "/x/kubeconfig"},
        packs=["naap"],
        timings=[("pulumi up", 61.2)],
    )


ALL_PLAYED: dict[str, Path | None] = {"pulumi-language-python": None, "pulumi-resource-kubernetes": None}


def test_resources_are_counted_by_their_nearest_component() -> None:
    assert components(RESOURCES) == [("Platform", "x 1", "4"), ("Plugin", "x 1", "2"), ("total", "", "6")]


def test_no_secret_shows_however_deep_it_lies() -> None:
    assert dict(outputs(RESOURCES)) == {"url": "https://x", "password": "[secret]", "map": "[secret]", "n.a": "1"}
    assert shown_output(True) == "true"


def test_a_half_made_stack_has_no_outputs() -> None:
    assert outputs([]) == []


def test_what_was_recorded_only_is_said() -> None:
    lines = played(report(ALL_PLAYED))
    assert "recorded, not validated: 1 TargetGroupBinding.eks.amazonaws.com" in lines
    assert "Helm releases recorded only: metrics" in lines
    assert "Kubernetes provider: stand-in" in lines
    assert not any("NodeClass" in line for line in lines)


def test_an_official_plugin_counts_as_real() -> None:
    used = report({**ALL_PLAYED, "pulumi-resource-kubernetes": Path("/opt/k8s")})
    assert any("pulumi-resource-kubernetes" in line and "official, /opt/k8s" in line for line in real(used.data()))
    assert not any("Kubernetes provider" in line or "Helm" in line for line in played(used))


def test_kinds_carry_their_group() -> None:
    assert kind_label(RESOURCES[6]) == "TargetGroupBinding.eks.amazonaws.com"
    assert kind_label(RESOURCES[4]) == ""


def test_images_are_short_enough_for_a_line() -> None:
    assert short_image("ghcr.io/a/b/wallet:1.2@sha256:" + "ab" * 32) == "1.2"
    assert short_image("ghcr.io/a/b/wallet@sha256:" + "ab" * 32) == "abababa"
    assert short_image("localhost:5000/wallet") == "(no tag)"


def test_the_whole_report_fits_80_columns() -> None:
    text = "\n".join(as_lines(json.loads(json.dumps(report(ALL_PLAYED).data()))))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "pulumi up  1 min 1 s" in text
    assert "KUBECONFIG=/x/kubeconfig" in text
