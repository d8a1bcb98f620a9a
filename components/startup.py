"""The SDK at its fastest for a program of many resources: what is left out, and the figure that each brings.

Called by the entry point before it imports a provider's SDK. Measured in docs/benchmarks.md.
"""

import gc
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pulumi
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]  # there is no public way

# The SDK's six calls, and the line of ours that a resource comes from.
_ORIGIN_CALLS = 7
NEW_OBJECTS = 100_000
"""Between two collections; with four times as many a program of 100 plugins held 2 % more."""


def quick_sdk() -> None:
    """Collects garbage rarely, and sends none of the SDK's messages for debugging.

    At its usual pace, looking for garbage took a quarter of the imports' time and two fifths of the building's. Never
    collected, what registered resources leave behind adds up: 900,000 objects of 100 plugins. The messages are nearly
    five a resource, each waited for, and shown by --debug only: 15.2 s became 12.0 s for 784 resources
    (docs/decisions/debug-messages.md). NAAP_SDK_DEBUG=1 sends them.
    """
    gc.set_threshold(NEW_OBJECTS)
    if not os.environ.get("NAAP_SDK_DEBUG"):
        pulumi.log.debug = _send_nothing


def let_engine_catch_up(made: pulumi.Resource) -> None:
    """Waits until the engine knows this component, and meanwhile has had what was made before it.

    Else a program makes all of its resources before the first is registered: the engine waits, and of a thousand
    plugins all are held at once. made: one without `depends_on`, which the engine takes at once. By the SDK's own way
    to wait within a program, as it does in its invokes.
    """
    _sync_await(made.urn.future())


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
