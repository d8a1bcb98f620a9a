"""What pods have in common: their size, and how those that ask the Kubernetes API do so."""

from dataclasses import dataclass

TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  # a directory
"""Where a client of the Kubernetes API looks for the token of its service account."""


@dataclass(frozen=True, kw_only=True)
class PodSize:
    """Of a container, or of a whole pod. CPU in millicores, memory in MiB (request and limit).

    cpu_m: the request. cpu_limit_m: None, no limit: it is never throttled.
    """

    cpu_m: int
    memory_mib: int
    cpu_limit_m: int | None = None


def together(*containers: PodSize) -> PodSize:
    """What a pod asks for in which all of these run."""
    return PodSize(cpu_m=sum(size.cpu_m for size in containers), memory_mib=sum(size.memory_mib for size in containers))


CONFIG_COLLECTOR = PodSize(cpu_m=10, cpu_limit_m=200, memory_mib=128)
"""Of the container that writes ConfigMaps to files."""
