"""Every image of every container, whoever makes it, comes from the mirror that is stated."""

import re
from pathlib import Path
from typing import Any, cast

from tests.build.environments import REGISTRY, Environment, build, plan
from tests.components.recording import Recorded

HOSTS = ("docker.io", "quay.io", "ghcr.io", "public.ecr.aws", "registry.k8s.io", "registry.example")
MIRROR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
TOP = Environment(users=100_000, production=True)


def images(value: Any) -> set[str]:
    """Below any `image`, wherever it stands."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        own = {found for key, found in pairs if key == "image" and isinstance(found, str)}
        return own.union(*(images(found) for _, found in pairs))
    if isinstance(value, list):
        return set[str]().union(*(images(found) for found in cast("list[Any]", value)))
    return set()


def of(records: list[Recorded]) -> set[str]:
    return set[str]().union(*(images(record.inputs) for record in records if record.type.startswith("kubernetes:")))


def test_with_mirrors_of_all_registries_every_image_is_pulled_from_one(tmp_path: Path) -> None:
    mirrors = {host: f"{MIRROR}/{re.sub('[^a-z]', '-', host)}" for host in HOSTS}
    mirrored = of(build(plan(TOP, tmp_path, REGISTRY, imageMirrors=mirrors)).records)
    plain = of(build(plan(TOP, tmp_path, REGISTRY)).records)
    assert len(mirrored) == len(plain) > 10
    assert {image for image in mirrored if not image.startswith(f"{MIRROR}/")} == set()
