"""How a plugin's Node process is traced without a change of its code.

The published instrumentation is copied from its image into a volume of the pod before the process starts, and the
process loads it first. That takes no controller, no webhook and no right to the Kubernetes API; the root stays
read-only, and Pod Security stays restricted.
"""

from collections.abc import Mapping

from planning.shared.pods import PodSize

FOLDER = "/otel"
"""Where the copy lies in a pod."""

IMAGE_FOLDER = "/autoinstrumentation"
PRELOAD = f"{FOLDER}/autoinstrumentation.js"
"""Of the image."""

LOADER = "/etc/naap/tracing.js"
"""Mounted from the plugin's ConfigMap."""

VOLUME_MIB = 256
"""The copy takes some 130 MiB."""

COPY = PodSize(cpu_m=20, cpu_limit_m=40, memory_mib=64)
"""Of the container that copies. No more than the smallest plugin's own (plugins/registry/rules/entry.py), with which it
never runs together: so the pod asks for nothing more."""

_STOP_MILLISECONDS = 2_000


def with_tracing(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that is traced: its own NODE_OPTIONS, and the loader."""
    own = environment.get("NODE_OPTIONS", "")
    return {**environment, "NODE_OPTIONS": f"{own} --require={LOADER}".strip()}


def loader() -> str:
    """JavaScript that loads the instrumentation; a service that can't be traced still serves.

    The instrumentation listens for SIGTERM, to send what it holds, and with a listener Node no longer ends by itself:
    a service that has no listener of its own would wait for SIGKILL at each roll-out (seen: alive eight seconds after
    the signal; with this, ended after three).
    """
    return f"""'use strict';
try {{
  require('{PRELOAD}');
}} catch (error) {{
  console.error(JSON.stringify({{ level: 'error', message: 'not traced', error: String(error) }}));
}}
const others = process.listenerCount('SIGTERM');
if (others > 0) {{
  process.on('SIGTERM', () => {{
    if (process.listenerCount('SIGTERM') === others + 1) setTimeout(() => process.exit(0), {_STOP_MILLISECONDS});
  }});
}}
"""
