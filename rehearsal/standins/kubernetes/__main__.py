"""Run the provider: `python -P -m rehearsal.standins.kubernetes ENGINE_ADDRESS`, started by the engine."""

from __future__ import annotations

import sys

from rehearsal.standins.kubernetes.provider import KubernetesProvider
from rehearsal.standins.protocol import EngineLog, serve_provider

serve_provider(KubernetesProvider(EngineLog(sys.argv[1] if len(sys.argv) > 1 else None)))
