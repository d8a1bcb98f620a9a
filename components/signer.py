"""What signs queries to the Prometheus workspace for a neighbour in the pod that knows no AWS."""

import json

import pulumi
from pulumi_kubernetes import core

from components.pod_parts import container_security, resources
from planning import images

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
