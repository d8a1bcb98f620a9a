"""What is said of images; nobody is asked here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from doctor.checks import images
from doctor.finding import Finding, Result, Unanswered
from planning.inputs.field_types import Architecture
from tests.doctor.plans import dev
from tests.planning.samples import altered

NOBODY = Unanswered(reason="no credentials", fix="log in")
OK, STOPS, SKIPPED = Result.OK, Result.STOPS, Result.SKIPPED


def test_placeholder_digests_are_found_by_the_text_that_they_are_of() -> None:
    plan = dev()
    where = images.judged_images("dev", plan.settings, plan.registry, plan.tier)
    found = images.judge_placeholders(where, plan.registry)
    backends = [plugin for plugin in plan.registry.plugins if plugin.backend]
    assert {one.result for one in found} == {STOPS}
    assert len(found) == len(backends) + 2, "the poolers', and the application's migrations"
    assert not images.is_placeholder("docker.io/library/postgres:17@sha256:" + "0" * 64, plan.registry.by_name)


def test_images_are_looked_for_where_they_are_pulled_from() -> None:
    plan = dev()
    settings = plan.settings.model_copy(update={"image_mirrors": {"docker.io": "r.example/hub"}})
    found = images.judged_images("dev", settings, plan.registry, plan.tier)
    assert any(image.startswith("r.example/hub/envoyproxy/envoy:") for image in found)
    assert not any(image.startswith("docker.io/") for image in found)


def _platforms(
    *given: images.Platforms, nodes: Sequence[Architecture] = ("arm64",), only: Mapping[str, Architecture] | None = None
) -> list[Finding]:
    known = {f"r.example/a:{number}": platforms for number, platforms in enumerate(given)}
    return images.judge_platforms(dict.fromkeys(known, "file"), known, nodes=nodes, only=only or {})


def test_an_image_is_there_and_for_the_nodes() -> None:
    assert [one.result for one in _platforms(frozenset({"linux/arm64"}), frozenset({"linux/arm64"}))] == [OK]
    assert [one.result for one in _platforms(frozenset({"linux/amd64"}))] == [STOPS]
    assert [one.result for one in _platforms(None)] == [STOPS]
    assert [one.result for one in _platforms(NOBODY, NOBODY)] == [SKIPPED]


def test_an_image_is_for_every_node_that_its_pods_may_run_on() -> None:
    both, one = frozenset({"linux/arm64", "linux/amd64"}), frozenset({"linux/amd64"})

    assert [each.result for each in _platforms(both, nodes=("arm64", "amd64"))] == [OK]
    assert [each.result for each in _platforms(one, only={"r.example/a:0": "amd64"})] == [OK]
    assert [each.result for each in _platforms(frozenset({"linux/arm64"}), nodes=("arm64", "amd64"))] == [STOPS]
    (wrong,) = _platforms(one, nodes=("arm64", "amd64"))
    assert "linux/arm64" in wrong.about.fix
    assert "arch" in wrong.about.fix


@pytest.mark.parametrize(
    ("platforms", "only"),
    [
        (frozenset({"linux/amd64", "unknown/unknown"}), "amd64"),
        (frozenset({"linux/amd64", "linux/arm64"}), None),
        (frozenset({"windows/amd64"}), None),
        (NOBODY, None),
        (None, None),
    ],
)
def test_an_image_s_only_architecture_is_what_its_registry_says(
    platforms: images.Platforms, only: Architecture | None
) -> None:
    assert images.only_architecture(platforms) == only


def test_an_entry_that_states_its_architecture_is_asked_for_that_one() -> None:
    plan = dev()
    spec = altered(plan.registry.by_name["my-wallet"], arch="amd64")
    found = images.one_platform(plan.settings, replace(plan.registry, plugins=(spec,)))

    assert list(found.values()) == ["amd64"]
