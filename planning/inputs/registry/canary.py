"""A second version of a plugin's pods, which answers a part of its requests."""

import math
from typing import Annotated

from pydantic import Field

from planning.inputs.field_types import IMAGE_PATTERN, MAX_IMAGE, Section
from planning.inputs.tiers import PodRange

STEPS = (5, 25, 50)
Percent = Annotated[int, Field(ge=1, le=99)]


class Canary(Section):
    """What is tried: an image, in all else like the entry's own. One that is the entry's own, at weight 0, is over."""

    image: Annotated[
        str,
        Field(
            pattern=IMAGE_PATTERN,
            max_length=MAX_IMAGE,
            examples=["ghcr.io/livepeer/naap-my-wallet:1.1.0@sha256:" + "0" * 64],
            description="Container image with registry, tag and (required in production) digest.",
        ),
    ]
    weight: Annotated[
        int,
        Field(
            ge=0,
            le=99,
            description="Percent of the requests that it answers. It begins and ends with 0, of a million one: the "
            "gateway then knows its pods before the first request, and forgets them after the last.",
            examples=[5],
        ),
    ] = 0
    steps: Annotated[
        tuple[Percent, ...],
        Field(
            strict=False,
            min_length=1,
            max_length=10,
            description="Its weights one after the other, as `naap plugin gate` lets it on; then it is promoted.",
            examples=[[5, 25, 50]],
        ),
    ] = STEPS
    sticky: Annotated[
        bool,
        Field(
            description="Who is signed in stays with the version that answered first, also while the weight grows.",
            examples=[True],
        ),
    ] = False

    @property
    def next_weight(self) -> int | None:
        """The first step above the weight; None: the next thing is to promote it."""
        return next((step for step in self.steps if step > self.weight), None)

    def pods(self, stable: PodRange) -> PodRange:
        """As its part of the requests asks for: at least by its weight, at most by its last step, so that what pods
        are promised (connections, room) is the same from the first step to the last."""
        most = max(self.weight, *self.steps)
        low = max(1, math.ceil(stable.min * self.weight / 100))
        return PodRange(min=low, max=max(low, math.ceil(stable.max * most / 100)))
