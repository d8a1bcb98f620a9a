"""The container that writes labelled ConfigMaps of a namespace to files, for who reads files."""

from collections.abc import Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes import core

from components.shared.pods import container_security, resources
from planning.observability.pods import SIGNER
from planning.shared import images
from planning.shared.pods import CONFIG_COLLECTOR


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
        resources=resources(CONFIG_COLLECTOR),
        security_context=container_security(),
        volume_mounts=list(mounts),
    )


_PORT = 8005


def signer(region: str) -> core.v1.ContainerArgs:
    """Listens within the pod only, as what it signs is anybody's who reaches it."""
    return core.v1.ContainerArgs(
        name="signer",
        image=images.SIGV4_PROXY.reference,
        args=[
            "--name=aps",
            f"--region={region}",
            f"--host=aps-workspaces.{region}.amazonaws.com",
            f"--port=127.0.0.1:{_PORT}",
        ],
        resources=resources(SIGNER),
        security_context=container_security(),
    )


def query_url(workspace_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """Where the neighbour asks."""
    return pulumi.Output.concat(f"http://127.0.0.1:{_PORT}/workspaces/", workspace_id)
