"""The container that writes labelled ConfigMaps of a namespace to files, for who reads files."""

import json
from collections.abc import Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes import core

from components.shared.pods import container_security, resources
from planning.shared import images


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
        resources=resources(cpu_m=25, cpu_limit_m=250, memory_mib=64),
        security_context=container_security(),
    )


def query_url(workspace_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """Where the neighbour asks."""
    return pulumi.Output.concat(f"http://127.0.0.1:{_PORT}/workspaces/", workspace_id)


def query_policy(workspace: str) -> str:
    """What the pod's role must allow."""
    actions = ["aps:QueryMetrics", "aps:GetMetricMetadata", "aps:GetLabels", "aps:GetSeries"]
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": workspace}]}
    )
