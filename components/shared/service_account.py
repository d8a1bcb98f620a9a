"""Accounts that pods run under: in the cluster a ServiceAccount, in AWS a role by EKS Pod Identity."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import core, meta

from components.shared.component import Component
from components.shared.pod_identity import PodIdentity


def service_account(
    name: str, metadata: meta.v1.ObjectMetaArgs, opts: pulumi.ResourceOptions, pull_secret: str | None = None
) -> core.v1.ServiceAccount:
    """A ServiceAccount without a token: a pod that asks the Kubernetes API mounts one itself.

    pull_secret: name of the Secret by which images of its pods are pulled.
    """
    return core.v1.ServiceAccount(
        f"{name}-account",
        metadata=metadata,
        automount_service_account_token=False,
        image_pull_secrets=[core.v1.LocalObjectReferenceArgs(name=pull_secret)] if pull_secret else None,
        opts=opts,
    )


def aws_account(
    name: str,
    *,
    account: str,
    namespace: str,
    labels: Mapping[str, str],
    cluster: str,
    policy: pulumi.Input[str],
    tags: Mapping[str, str],
    inside: pulumi.ResourceOptions,
    parent: Component,
    pull_secret: str | None = None,
) -> pulumi.Resource:
    """A ServiceAccount whose pods have an IAM role with this policy. Gives what they wait for: by it, for both.

    inside: options of what is made in the namespace. cluster: its name. pull_secret: as service_account has it.
    """
    metadata = meta.v1.ObjectMetaArgs(name=account, namespace=namespace, labels=labels)
    made = service_account(name, metadata, inside, pull_secret)
    return PodIdentity(
        f"{name}-identity",
        cluster=cluster,
        namespace=namespace,
        service_account=account,
        policy=policy,
        tags=tags,
        after=[made],
        opts=parent.child(),
    ).association
