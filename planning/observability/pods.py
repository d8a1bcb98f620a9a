"""How many pods observability has, and what they ask for."""

from planning.inputs.tiers import Tier
from planning.shared.pods import CONFIG_COLLECTOR, PodSize, together

COLLECTOR = PodSize(cpu_m=100, cpu_limit_m=1000, memory_mib=512)
METRICS_ADAPTER = PodSize(cpu_m=50, cpu_limit_m=500, memory_mib=256)
SIGNER = PodSize(cpu_m=25, cpu_limit_m=250, memory_mib=64)
"""Of the container that signs what its pod asks of Prometheus."""
GRAFANA = PodSize(cpu_m=50, cpu_limit_m=1000, memory_mib=512)
STATE_METRICS = PodSize(cpu_m=50, cpu_limit_m=500, memory_mib=512)
"""Some 100 KiB a pod, of which the largest tier has thousands."""
ADAPTER_POD = together(METRICS_ADAPTER, SIGNER)
GRAFANA_POD = together(GRAFANA, SIGNER, CONFIG_COLLECTOR)


def collector_pods(tier: Tier) -> int:
    """Collectors of a region, where anything is collected."""
    return min(2, tier.floor) if tier.apm else 0


def adapter_pods(tier: Tier) -> int:
    """Metrics adapters of a region, where there are series."""
    return min(2, tier.floor) if tier.metrics else 0
