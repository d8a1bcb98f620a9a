"""Parts of every pod, the plugins' and the platform's own: none is less restricted than another."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apps, batch, core, meta, policy

from planning.inputs.field_types import Architecture
from planning.shared.pods import PodSize
from planning.shared.quantities import cpu, memory

UNDISRUPTED = {"karpenter.sh/do-not-disrupt": "true"}
"""Annotation of a pod whose loss costs more than its node: none is given up, to save it, while such a pod runs there. A
node that has to go waits for it, as long as its pool allows."""

_TOKEN_SECONDS = 3600


def pod_security(user: int) -> core.v1.PodSecurityContextArgs:
    """Of a pod whose containers all run as this user; files of its volumes are its group's."""
    return core.v1.PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
        fs_group=user,
        fs_group_change_policy="OnRootMismatch",
        seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
    )


def architecture(only: Architecture | None) -> dict[str, str] | None:
    """The nodeSelector of a pod whose images are for one architecture only."""
    return {"kubernetes.io/arch": only} if only else None


def container_security() -> core.v1.SecurityContextArgs:
    """Of a container that can write nothing but its mounts, and gain no rights."""
    return core.v1.SecurityContextArgs(
        allow_privilege_escalation=False,
        privileged=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
    )


def resources(size: PodSize, *, disk_mib: int = 64) -> core.v1.ResourceRequirementsArgs:
    """disk_mib: of its node, for logs and what it writes, in MiB."""
    both = {"memory": memory(size.memory_mib), "ephemeral-storage": memory(disk_mib)}
    most = {"cpu": cpu(size.cpu_limit_m)} if size.cpu_limit_m else {}
    return core.v1.ResourceRequirementsArgs(requests={"cpu": cpu(size.cpu_m), **both}, limits={**most, **both})


def memory_volume(name: str, size_mib: int) -> core.v1.VolumeArgs:
    """A volume that is never on a disk."""
    return core.v1.VolumeArgs(
        name=name, empty_dir=core.v1.EmptyDirVolumeSourceArgs(medium="Memory", size_limit=memory(size_mib))
    )


def api_token(name: str) -> core.v1.VolumeArgs:
    """What a container needs to ask the Kubernetes API, for those alone that mount it: the token of an hour, the
    authority, and the namespace."""
    token = core.v1.ServiceAccountTokenProjectionArgs(path="token", expiration_seconds=_TOKEN_SECONDS)
    authority = core.v1.ConfigMapProjectionArgs(
        name="kube-root-ca.crt", items=[core.v1.KeyToPathArgs(key="ca.crt", path="ca.crt")]
    )
    namespace = core.v1.DownwardAPIVolumeFileArgs(
        path="namespace", field_ref=core.v1.ObjectFieldSelectorArgs(field_path="metadata.namespace")
    )
    sources = [
        core.v1.VolumeProjectionArgs(service_account_token=token),
        core.v1.VolumeProjectionArgs(config_map=authority),
        core.v1.VolumeProjectionArgs(downward_api=core.v1.DownwardAPIProjectionArgs(items=[namespace])),
    ]
    return core.v1.VolumeArgs(name=name, projected=core.v1.ProjectedVolumeSourceArgs(sources=sources))


def evictions_are_no_failures(*, hopeless: Sequence[int] = ()) -> batch.v1.PodFailurePolicyArgs:
    """Of a Job: a pod that was evicted is made again, and doesn't count towards the Job's backoff limit.

    hopeless: exit codes after which the Job fails at once, in ascending order.
    """
    evicted = batch.v1.PodFailurePolicyOnPodConditionsPatternArgs(type="DisruptionTarget", status="True")
    rules = [batch.v1.PodFailurePolicyRuleArgs(action="Ignore", on_pod_conditions=[evicted])]
    if hopeless:
        codes = batch.v1.PodFailurePolicyOnExitCodesRequirementArgs(operator="In", values=list(hopeless))
        rules.append(batch.v1.PodFailurePolicyRuleArgs(action="FailJob", on_exit_codes=codes))
    return batch.v1.PodFailurePolicyArgs(rules=rules)


def spread(labels: Mapping[str, str]) -> list[Any]:
    """Over zones, then nodes; as the API writes it, which a chart's values and custom resources take too.

    ScheduleAnyway: with a zone lost, pods belong into the others rather than nowhere. pod-template-hash: a roll-out
    spreads its own pods, not together with those that are about to go.
    """
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels},
            "matchLabelKeys": ["pod-template-hash"],
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def deployment_spec(
    *,
    replicas: int,
    selector: Mapping[str, str],
    labels: Mapping[str, str],
    pod: core.v1.PodSpecArgs,
    annotations: Mapping[str, pulumi.Input[str]] | None = None,
    recreate: bool = False,
) -> apps.v1.DeploymentSpecArgs:
    """Never fewer pods than replicas, and one more while they are rolled. recreate: the only one, replaced in place.

    annotations: of the pods, so that a change of what they read once rolls them.
    """
    one_by_one = apps.v1.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=1)
    return apps.v1.DeploymentSpecArgs(
        replicas=replicas,
        revision_history_limit=3,
        strategy=apps.v1.DeploymentStrategyArgs(type="Recreate")
        if recreate
        else apps.v1.DeploymentStrategyArgs(type="RollingUpdate", rolling_update=one_by_one),
        selector=meta.v1.LabelSelectorArgs(match_labels=selector),
        template=core.v1.PodTemplateSpecArgs(
            metadata=meta.v1.ObjectMetaArgs(labels=labels, annotations=annotations), spec=pod
        ),
    )


def disruption_budget(
    resource_name: str,
    *,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> policy.v1.PodDisruptionBudget:
    """One pod at a time; a pod that isn't ready anyway may always go, so that it never blocks a node's end."""
    return policy.v1.PodDisruptionBudget(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=labels),
        spec=policy.v1.PodDisruptionBudgetSpecArgs(
            max_unavailable=1,
            unhealthy_pod_eviction_policy="AlwaysAllow",
            selector=meta.v1.LabelSelectorArgs(match_labels=selector),
        ),
        opts=opts,
    )
