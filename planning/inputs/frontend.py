"""A plugin's bundle, as an entry states it."""

from typing import Annotated

from pydantic import Field

from planning.inputs.browser import Browser
from planning.inputs.field_types import BUNDLE_PATTERN, INTEGRITY_PATTERN, VERSION_PATTERN, Label, Route, Section

MAX_GZIP_BYTES = 512_000
"""500 KB: what the shell accepts for one plugin."""


class Navigation(Section):
    """The plugin's place in the shell's menu."""

    label: Annotated[Label, Field(description="Text in the menu.", examples=["My Wallet"])]
    icon: Annotated[Label | None, Field(description="Name of a Lucide icon.", examples=["Wallet"])] = None
    order: Annotated[
        int | None, Field(ge=0, le=10_000, description="Place in its group, lowest first.", examples=[10])
    ] = None
    group: Annotated[Label | None, Field(description="Group of the menu.", examples=["main"])] = None


class Build(Section):
    """A version's bundle, as `naap plugin bundle` measured it."""

    gzip_bytes: Annotated[
        int, Field(ge=1, le=MAX_GZIP_BYTES, examples=[183_211], description="Size after gzip, at most 512,000 bytes.")
    ]
    integrity: Annotated[
        str,
        Field(
            pattern=INTEGRITY_PATTERN,
            examples=["sha384-" + "A" * 64],
            description="Subresource integrity of the bundle.",
        ),
    ]


class Frontend(Browser):
    """A UMD bundle, served by the CDN from an immutable path of its version."""

    bundle: Annotated[
        str,
        Field(
            pattern=BUNDLE_PATTERN,
            examples=["my-wallet.js"],
            description="File name of the bundle under its versioned path.",
        ),
    ]
    routes: Annotated[
        list[Route],
        Field(
            max_length=50,
            description="Paths of the shell that the plugin shows.",
            examples=[["/wallet", "/wallet/*"]],
        ),
    ] = []
    navigation: Annotated[
        Navigation | None, Field(description="Menu entry; none: no menu entry.", examples=[{"label": "My Wallet"}])
    ] = None
    builds: Annotated[
        dict[Annotated[str, Field(pattern=VERSION_PATTERN)], Build],
        Field(
            examples=[{"1.0.0": {"gzipBytes": 183_211, "integrity": "sha384-" + "A" * 64}}],
            description="Measured bundles by version; written by `naap plugin bundle`. Those of earlier versions "
            "stay, so that changing the version is all that a rollback takes.",
        ),
    ] = {}
