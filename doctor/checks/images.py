"""Images: digests that are nobody's, and platforms that nodes don't have."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from doctor.finding import Check, Finding, Unanswered
from planning.inputs.field_types import ARCHITECTURES, Architecture
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared import images
from planning.shared.images import Image

_OF_METRICS = (
    images.PGBOUNCER_EXPORTER,
    images.CONFIG_COLLECTOR,
    images.STATE_METRICS,
    images.GRAFANA,
    images.METRICS_ADAPTER,
)
"""Run only where a tier has metrics."""
_OWN = ("pgbouncer", "migrations")
"""What images/ builds."""

Platforms = frozenset[str] | Unanswered | None


def judged_images(stack: str, settings: Settings, registry: Registry, tier: Tier) -> Mapping[str, str]:
    """Every image that the plan runs, as it is pulled, and where it is named."""
    serving = [plugin.backend for plugin in registry.plugins if plugin.backend and plugin.lifecycle.serves]
    found = {backend.image: f"{registry.file} · {backend.name}" for backend in serving}
    found |= {
        backend.canary.image: f"{registry.file} · {backend.name}, canary"
        for backend in serving
        if backend.canary and backend.tries
    }
    found |= {
        plugin.database.migrate.image: f"{registry.file} · database.migrate"
        for plugin in registry.plugins
        if plugin.database and plugin.database.migrate and plugin.database.migrate.image and plugin.lifecycle.serves
    }
    found[settings.pooler_image] = f"Pulumi.{stack}.yaml · naap:poolerImage"
    own = [value for value in vars(images).values() if isinstance(value, Image)]
    found |= {image.reference: "planning/shared/images.py" for image in own if tier.metrics or image not in _OF_METRICS}
    return {images.mirrored(image, settings.image_mirrors): where for image, where in found.items()}


def one_platform(settings: Settings, registry: Registry) -> Mapping[str, Architecture]:
    """Images of entries that state an architecture, as they are pulled: they need be for no other."""
    found: dict[str, Architecture] = {}
    for plugin in registry.plugins:
        if plugin.backend and plugin.arch:
            own = [plugin.backend.image, *([plugin.backend.canary.image] if plugin.backend.canary else [])]
            found |= {images.mirrored(image, settings.image_mirrors): plugin.arch for image in own}
    return found


def only_architecture(platforms: Platforms) -> Architecture | None:
    """The one that an image is for; None where it is for more, or nobody says."""
    known = platforms if isinstance(platforms, frozenset) else frozenset[str]()
    fit: list[Architecture] = [one for one in ARCHITECTURES if f"linux/{one}" in known]
    return fit[0] if len(fit) == 1 else None


def is_placeholder(image: str, names: Iterable[str]) -> bool:
    """Whether a digest is the sum of a text, as entries have it until a release writes the real one.

    names: of plugins, and of images that are built here.
    """
    tag, _, digest = image.partition("@sha256:")
    version = tag.rpartition(":")[2]
    return any(hashlib.sha256(f"placeholder:{name}:{version}".encode()).hexdigest() == digest for name in names)


def placeholders(where: Iterable[str], registry: Registry) -> frozenset[str]:
    """Those of the images that nobody has pushed."""
    names = [*registry.by_name, *_OWN]
    return frozenset(image for image in where if is_placeholder(image, names))


def judge_placeholders(where: Mapping[str, str], registry: Registry) -> list[Finding]:
    """One finding for all images, or one for each that stands for another."""
    found = placeholders(where, registry)
    if not found:
        return [_digests("").ok(f"{len(where)} images: none is a placeholder")]
    fix = "push the image, and write its digest: docker buildx imagetools inspect REGISTRY/NAME:VERSION"
    return [
        _digests(where[image]).stops(f"{image.partition('@')[0]} has a placeholder for its digest", fix)
        for image in where
        if image in found
    ]


def _digests(entry: str) -> Check:
    return Check(
        name="image digest", rule="a digest is that of an image which was pushed: else no pod starts", entry=entry
    )


def judge_platforms(
    where: Mapping[str, str],
    platforms: Mapping[str, Platforms],
    *,
    nodes: Sequence[Architecture],
    only: Mapping[str, Architecture],
) -> list[Finding]:
    """One finding for each image that can't run, one for all that can, one for each reason that hid some.

    nodes: architectures that they have. only: one_platform.
    """
    found: list[Finding] = []
    good = 0
    hidden: dict[Unanswered, list[str]] = {}
    for image, known in platforms.items():
        check = _architectures(where[image])
        if isinstance(known, Unanswered):
            hidden.setdefault(known, []).append(image)
        elif known is None:
            found.append(check.stops(f"{image} is not in its registry", "push it, or correct tag and digest"))
        elif missing := [one for one in ([only[image]] if image in only else nodes) if f"linux/{one}" not in known]:
            made = ", ".join(sorted(known)) or "no platform"
            fix = f"build and push it for linux/{missing[0]} too (docker buildx), or state the one as arch of its entry"
            found.append(check.stops(f"{image} is for {made}", fix))
        else:
            good += 1
    if good:
        found.append(_architectures("").ok(f"{good} images are for the nodes: {', '.join(nodes)}"))
    found += [
        _architectures("").skipped(why, f"{len(many)} images, {many[0].partition('@')[0]} among them")
        for why, many in hidden.items()
    ]
    return found


def _architectures(entry: str) -> Check:
    return Check(name="image platform", rule="the image is there, for every node that its pods may run on", entry=entry)
