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
PLUGINS_AT_ONCE = 25
"""That a program makes before it lets the engine have them. With each alone, a preview of 300 took 43 % longer."""


def quick_sdk() -> None:
    """Without garbage collection, and without the SDK's messages for debugging.

    A program that only makes objects has little garbage to find: looking for it took a quarter of the imports' time and
    two fifths of the building's, and rarely (every 100,000 objects) still a third of a preview. The messages are nearly
    five a resource, each waited for, and shown by --debug only: 15.2 s became 12.0 s for 784 resources
    (docs/decisions/debug-messages.md). NAAP_SDK_DEBUG=1 sends them.
    """
    gc.disable()
    if not os.environ.get("NAAP_SDK_DEBUG"):
        pulumi.log.debug = _send_nothing


def let_engine_catch_up(made: pulumi.Resource) -> None:
    """Waits until the engine knows this component, and meanwhile has had what was made before it.

    Else a program makes all of its resources before the first is registered: what describes them is held at once, and
    the engine waits. Of 300 plugins a preview held 1,505 MiB with it and 1,898 without. made: one without `depends_on`,
    which the engine takes at once. By the SDK's own way to wait within a program, as in its invokes.
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
