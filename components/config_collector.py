"""The container that writes labelled ConfigMaps of a namespace to files, for who reads files."""

from collections.abc import Sequence
from typing import Literal

from pulumi_kubernetes import core

from components.pod_parts import container_security, resources
from planning import images

TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  # a directory
"""Where it looks for the service account's token."""


def config_collector(
    name: str,
    *,
    method: Literal["LIST", "WATCH"],
    label: str,
    value: str | None = None,
    folder: str,
    namespace: str,
    mounts: Sequence[core.v1.VolumeMountArgs],
) -> core.v1.ContainerArgs:
    """method: LIST, once; WATCH, for good. value: of the label (None: any). mounts: folder, /tmp and the token."""
    settings = {
        "LABEL": label,
        **({"LABEL_VALUE": value} if value else {}),
        "FOLDER": folder,
        "RESOURCE": "configmap",
        "NAMESPACE": namespace,
        "METHOD": method,
    }
    return core.v1.ContainerArgs(
        name=name,
        image=images.CONFIG_COLLECTOR.reference,
        env=[core.v1.EnvVarArgs(name=key, value=text) for key, text in settings.items()],
        resources=resources(cpu_m=10, cpu_limit_m=200, memory_mib=128),
        security_context=container_security(),
        volume_mounts=list(mounts),
    )
