"""What an entry brings to browsers: a bundle, and what its code needs there."""

from typing import Annotated, Literal

from pydantic import Field

from planning.inputs.field_types import (
    BUNDLE_PATTERN,
    HOST_PATTERN,
    INTEGRITY_PATTERN,
    SOURCE_PATTERN,
    VERSION_PATTERN,
    Label,
    Route,
    Section,
)

MAX_GZIP_BYTES = 512_000
"""500 KB: what the shell accepts for one plugin."""

Host = Annotated[str, Field(pattern=HOST_PATTERN, max_length=253)]
Source = Annotated[str, Field(pattern=SOURCE_PATTERN, max_length=260)]

Permission = Literal["camera", "display-capture", "geolocation", "microphone"]
"""A feature of the device that a page may ask its user for, as Permissions-Policy calls it."""


class Browser(Section):
    """Added to the policies of every page: bundles are loaded into one document, whose first answer decides."""

    connect: Annotated[
        tuple[Source, ...],
        Field(
            strict=False,
            max_length=30,
            description="Hosts that its code asks beside the site and the uploads bucket (CSP connect-src): by HTTPS, "
            "or with wss:// before a host by WebSockets.",
            examples=[["api.example.com", "*.livepeer.com", "wss://live.example.com"]],
        ),
    ] = ()
    frame: Annotated[
        tuple[Host, ...],
        Field(strict=False, max_length=30, description="Hosts that it shows in a frame.", examples=[["lvpr.tv"]]),
    ] = ()
    font: Annotated[
        tuple[Host, ...],
        Field(strict=False, max_length=30, description="Hosts of its fonts.", examples=[["fonts.gstatic.com"]]),
    ] = ()
    style: Annotated[
        tuple[Host, ...],
        Field(
            strict=False, max_length=30, description="Hosts of its style sheets.", examples=[["fonts.googleapis.com"]]
        ),
    ] = ()
    permissions: Annotated[
        tuple[Permission, ...],
        Field(
            strict=False,
            max_length=4,
            description="What of the device it asks the user for (Permissions-Policy).",
            examples=[["camera", "microphone"]],
        ),
    ] = ()
    unsafe_eval: Annotated[
        bool, Field(description="Its build makes code of text (CSP 'unsafe-eval'), on every page.", examples=[True])
    ] = False


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
    styles: Annotated[bool, Field(description="A style sheet lies beside the bundle: NAME.css.", examples=[True])] = (
        False
    )


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
