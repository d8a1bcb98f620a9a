"""The embedded control planes that play EKS clusters, as NAAP_CLUSTERS describes them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.standins.provider import ProviderError

VARIABLE = "NAAP_CLUSTERS"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """How a client reaches the control plane of one EKS cluster."""

    endpoint: str
    certificate_authority: str  # base64 of PEM, as EKS gives it
    token: str


def find_cluster(name: str, environment: Mapping[str, str] = os.environ) -> Cluster:
    """The control plane of an EKS cluster; ProviderError says what is missing."""
    path = environment.get(VARIABLE)
    if not path:
        raise ProviderError(
            f"eks cluster {name!r}: no control plane plays it, as {VARIABLE} is not set; "
            "start the rehearsal with `make up`, which sets it"
        )
    try:
        entries: dict[str, dict[str, Any]] = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProviderError(f"eks cluster {name!r}: {VARIABLE} names {path}, which can't be read: {error}") from error
    entry = entries.get(name)
    if entry is None:
        raise ProviderError(
            f"eks cluster {name!r}: {path} has no control plane of that name, only "
            f"{', '.join(map(repr, entries)) or 'none'}"
        )
    return Cluster(
        endpoint=entry["endpoint"], certificate_authority=entry["certificateAuthority"], token=entry["token"]
    )
