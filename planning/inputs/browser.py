"""What the code that an entry brings to browsers needs there: hosts beside the site, and parts of the device."""

from typing import Annotated, Literal

from pydantic import Field

from planning.inputs.field_types import HOST_PATTERN, SOURCE_PATTERN, Section

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
