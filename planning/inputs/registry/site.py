"""The section of the entry that is the site itself: what answers every path that is nobody else's."""

from typing import Annotated

from pydantic import Field

from planning.inputs.field_types import HASH_PATTERN, Path
from planning.inputs.registry.frontend import Browser


class Site(Browser):
    """With a backend, its server answers (apiPrefix: /); without one, the static files in the assets bucket do."""

    immutable: Annotated[
        tuple[Path, ...],
        Field(
            strict=False,
            max_length=5,
            description="Paths of the server below which files never change: the CDN keeps them.",
            examples=[["/_next/static"]],
        ),
    ] = ()
    guarded: Annotated[
        tuple[Path, ...],
        Field(
            strict=False,
            max_length=20,
            description="Paths of the server that need a user, as every plugin's do: for those where it asks nobody.",
            examples=[["/api/v1/preferences"]],
        ),
    ] = ()
    unsafe_inline: Annotated[
        bool,
        Field(
            description="Its pages have scripts within them that no hash names: Next.js writes such.", examples=[True]
        ),
    ] = False
    script_hashes: Annotated[
        tuple[Annotated[str, Field(pattern=HASH_PATTERN)], ...],
        Field(
            strict=False,
            max_length=10,
            description="Hashes of the scripts within its pages: those run, and no others.",
            examples=[["sha256-" + "A" * 43 + "="]],
        ),
    ] = ()
