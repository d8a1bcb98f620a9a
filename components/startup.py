"""The SDK at its fastest for a program of many resources: what is left out, and the figure that each brings.

Called by the entry point before it imports a provider's SDK. Measured in docs/benchmarks.md.
"""

import gc
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pulumi

# The SDK's six calls, and the line of ours that a resource comes from.
_ORIGIN_CALLS = 7


def quick_sdk() -> None:
    """Without garbage collection, and without the SDK's messages for debugging.

    A program that only makes objects has no garbage to find: looking for it took a quarter of the imports' time and two
    fifths of the building's, and what the engine is told is kept to the end in any case. The messages are nearly five a
    resource, each waited for, and shown by --debug only: 15.2 s became 12.0 s for 784 resources
    (docs/decisions/debug-messages.md). NAAP_SDK_DEBUG=1 sends them.
    """
    gc.disable()
    if not os.environ.get("NAAP_SDK_DEBUG"):
        pulumi.log.debug = _send_nothing


def _send_nothing(*_message: object, **_about: object) -> None:
    """Stands for pulumi.log.debug."""


@contextmanager
def short_origins() -> Generator[None]:
    """Stores of each resource's origin the line of ours only; an error is shown in full.

    The SDK stores the way to each resource, down to Python's event loop: more than a quarter of the state, which the
    engine writes anew at every step.
    """
    sys.tracebacklimit = _ORIGIN_CALLS
    try:
        yield
    finally:
        del sys.tracebacklimit
