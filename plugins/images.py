"""Names of the plugins' images, until a release has published them."""

import hashlib

REPOSITORY = "ghcr.io/livepeer/naap-"


def placeholder_image(name: str, version: str) -> str:
    """The image that a release will push, with a digest that only stands in: sha256 of placeholder:name:version.

    It is deterministic, so that importing the same manifest twice gives the same entry.
    """
    digest = hashlib.sha256(f"placeholder:{name}:{version}".encode()).hexdigest()
    # A tag has no plus sign, which a version may have.
    return f"{REPOSITORY}{name}:{version.replace('+', '_')}@sha256:{digest}"
