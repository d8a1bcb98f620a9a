"""How the age of a plugin's passwords is seen without anyone being allowed to read its Secret."""

import hashlib

from planning.spec import PluginSpec
from planning.watch.platform_rules import SECRETS_MARK


def secrets_mark(spec: PluginSpec) -> str | None:
    """Name of an empty ConfigMap that is made anew when a generation is raised: its age is theirs. None: no password.

    What counts Kubernetes' objects (kube-state-metrics) could tell a Secret's age only by a right to read all of them.
    """
    generations = [
        *([f"database={spec.database.password_generation}"] if spec.database else []),
        *([f"cache={spec.cache.password_generation}"] if spec.cache else []),
    ]
    if not generations:
        return None
    return SECRETS_MARK + hashlib.sha256(",".join(generations).encode()).hexdigest()[:8]
