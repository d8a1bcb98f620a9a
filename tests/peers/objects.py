"""The Kubernetes objects of a run as files, one for each cluster, as other tools read them."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.components.recording import Recorded

CHART = "kubernetes:helm.sh/v3:Release"
"""No object of the API: the chart's own objects are made by Helm."""


def write_objects(records: Sequence[Recorded], folder: Path) -> list[Path]:
    """One YAML file a cluster."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        if record.type.startswith("kubernetes:") and record.type != CHART:
            found[record.provider].append(dict(record.inputs))
    files: list[Path] = []
    for number, objects in enumerate(found.values()):
        file = folder / f"cluster-{number}.yaml"
        file.write_text(yaml.safe_dump_all(objects))
        files.append(file)
    return files
