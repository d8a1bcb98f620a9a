"""Support of Kubernetes versions by EKS: who has entered extended support can't leave it but by an upgrade.

EKS user guide, "Disable extended support": only clusters in standard support can disable it. The code is that of
UpdateClusterConfig for a cluster's state; the text is the guide's rule, as AWS publishes no message.
"""

from __future__ import annotations

from datetime import date

from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, is_map

# Ends of standard support, from the release calendar of the EKS user guide. A version that is not here has not left it.
_ENDS = {
    "1.29": date(2025, 3, 23),
    "1.30": date(2025, 7, 23),
    "1.31": date(2025, 11, 26),
    "1.32": date(2026, 3, 23),
    "1.33": date(2026, 7, 29),
    "1.34": date(2026, 12, 2),
    "1.35": date(2027, 3, 27),
    "1.36": date(2027, 8, 2),
}


def refuse_leaving_support(old: Map, new: Map, today: date) -> None:
    """Raise ProviderError where extended support is to end while the cluster is in it."""
    version = str(new.get("version") or old.get("version"))
    ended = version in _ENDS and _ENDS[version] < today
    if ended and (_policy(old), _policy(new)) == ("EXTENDED", "STANDARD"):
        raise ProviderError(
            f"updating eks/cluster ({new.get('name')}): InvalidRequestException: extended support can't be disabled "
            f"for a cluster in it: standard support of {version} ended on {_ENDS[version]}; upgrade the cluster first"
        )


def _policy(inputs: Map) -> str:
    policy = inputs.get("upgradePolicy")
    return str(policy.get("supportType") or "EXTENDED") if is_map(policy) else "EXTENDED"  # EKS's own default
