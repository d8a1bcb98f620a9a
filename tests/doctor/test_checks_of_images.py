"""What is said of images; nobody is asked here."""

from components.cluster.node_pool import pool_spec
from doctor.checks import images
from doctor.finding import Finding, Result, Unanswered
from tests.doctor.plans import dev

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


def _platforms(*given: images.Platforms) -> list[Finding]:
    known = {f"r.example/a:{number}": platforms for number, platforms in enumerate(given)}
    return images.judge_platforms(dict.fromkeys(known, "file"), known)


def test_an_image_is_there_and_for_the_nodes() -> None:
    assert [one.result for one in _platforms(frozenset({"linux/arm64"}), frozenset({"linux/arm64"}))] == [OK]
    assert [one.result for one in _platforms(frozenset({"linux/amd64"}))] == [STOPS]
    assert [one.result for one in _platforms(None)] == [STOPS]
    assert [one.result for one in _platforms(NOBODY, NOBODY)] == [SKIPPED]


def test_nodes_have_the_platform_that_images_are_asked_for() -> None:
    spec = str(pool_spec(dev().home.cluster.node_pool))
    assert f"'kubernetes.io/arch', 'operator': 'In', 'values': ['{images.PLATFORM.partition('/')[2]}']" in spec
