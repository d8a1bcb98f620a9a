"""A planned workload as a hardened Deployment."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import apps, core, meta

from components.shared.pods import UNDISRUPTED, architecture, container_security, pod_security, resources, spread
from planning.plugin import tracing
from planning.plugin.process_environment import CA_FILE, TEMPORARY
from planning.plugin.workload import (
    EPHEMERAL_MIB,
    PRE_STOP_SECONDS,
    PROBE_FAILURES,
    PROBE_TIMEOUT_SECONDS,
    STARTUP_PERIOD_SECONDS,
    SURGE_PERCENT,
    TEMPORARY_MIB,
    USER,
    WorkloadPlan,
    liveness_over_http,
    progress_deadline,
    startup_failures,
)
from planning.shared import images
from planning.shared.quantities import cpu, memory

MANIFEST_KEY = "plugin.json"
CA_KEY = "ca.pem"
LOADER_KEY = "tracing.js"
_TRACING = "tracing"
_CONFIG = "config"
_TEMPORARY = "temporary"
_PORT = "http"


def deployment(
    resource_name: str,
    *,
    plan: WorkloadPlan,
    namespace: str,
    environment: Mapping[str, str],
    uploads: Mapping[str, pulumi.Input[str]],
    has_secrets: bool,
    has_ca: bool,
    checksum: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> apps.v1.Deployment:
    """The Deployment of a plugin's pods.

    environment: what is known beforehand; uploads: what the bucket tells.
    checksum: of everything that the pods read from ConfigMap and Secret, so that a change of it rolls them.
    """
    annotations = {"naap.io/checksum": checksum, **(UNDISRUPTED if plan.recreate else {})}
    stated = {**(tracing.with_tracing(environment) if plan.traced else environment), **uploads}
    return apps.v1.Deployment(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(name=plan.name, namespace=namespace, labels=plan.labels),
        spec=apps.v1.DeploymentSpecArgs(
            replicas=plan.replicas,
            revision_history_limit=3,
            progress_deadline_seconds=progress_deadline(plan.probes),
            strategy=_strategy(recreate=plan.recreate),
            selector=meta.v1.LabelSelectorArgs(match_labels=plan.selector),
            template=core.v1.PodTemplateSpecArgs(
                metadata=meta.v1.ObjectMetaArgs(labels=plan.labels, annotations=annotations),
                spec=_pod(plan, _container(plan, stated, has_secrets=has_secrets, has_ca=has_ca), has_ca=has_ca),
            ),
        ),
        opts=opts,
    )


def _strategy(*, recreate: bool) -> apps.v1.DeploymentStrategyArgs:
    if recreate:
        return apps.v1.DeploymentStrategyArgs(type="Recreate")
    return apps.v1.DeploymentStrategyArgs(
        type="RollingUpdate",
        rolling_update=apps.v1.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=f"{SURGE_PERCENT}%"),
    )


def _pod(plan: WorkloadPlan, container: core.v1.ContainerArgs, *, has_ca: bool) -> core.v1.PodSpecArgs:
    return core.v1.PodSpecArgs(
        service_account_name=plan.plugin,
        node_selector=architecture(plan.arch),
        automount_service_account_token=False,
        # Else Kubernetes sets PLUGIN_SERVER_PORT and its like to tcp://... for every Service of the namespace.
        enable_service_links=False,
        # The pause container is then PID 1: it reaps, and Node, no longer PID 1, ends on SIGTERM even where it
        # installs no handler. Nothing is shared with anybody: the pod has this one container.
        share_process_namespace=True,
        termination_grace_period_seconds=plan.grace_seconds,
        priority_class_name=plan.priority_class,
        security_context=pod_security(USER),
        topology_spread_constraints=spread(plan.selector),
        init_containers=[_copy_tracing()] if plan.traced else None,
        containers=[container],
        volumes=[
            *([_tracing_volume()] if plan.traced else []),
            core.v1.VolumeArgs(
                name=_TEMPORARY, empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit=memory(TEMPORARY_MIB))
            ),
            core.v1.VolumeArgs(
                name=_CONFIG,
                config_map=core.v1.ConfigMapVolumeSourceArgs(
                    name=plan.plugin,
                    items=[core.v1.KeyToPathArgs(key=key, path=key) for key in _files(plan, has_ca=has_ca)],
                ),
            ),
        ],
    )


def _container(
    plan: WorkloadPlan, environment: Mapping[str, pulumi.Input[str]], *, has_secrets: bool, has_ca: bool
) -> core.v1.ContainerArgs:
    sizes = {"memory": memory(plan.resources.memory_mib), "ephemeral-storage": memory(EPHEMERAL_MIB)}
    return core.v1.ContainerArgs(
        name=plan.plugin,
        image=plan.image,
        image_pull_policy="Always",
        ports=[core.v1.ContainerPortArgs(name=_PORT, container_port=plan.port)],
        env=[
            core.v1.EnvVarArgs(name=name, value=value)
            for name, value in sorted(environment.items())
            if name not in plan.without
        ],
        env_from=[core.v1.EnvFromSourceArgs(secret_ref=core.v1.SecretEnvSourceArgs(name=plan.plugin))]
        if has_secrets
        else None,
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": cpu(plan.resources.cpu_request_m), **sizes},
            limits={"cpu": cpu(plan.resources.cpu_limit_m), **sizes},
        ),
        security_context=container_security(),
        # TCP at start: thirty HTTP probes in a minute are a third of what some services allow an address.
        startup_probe=_tcp(STARTUP_PERIOD_SECONDS, startup_failures(plan.probes)),
        readiness_probe=_http(plan),
        liveness_probe=_http(plan) if liveness_over_http(plan.probes) else _tcp(plan.probes.period_seconds),
        lifecycle=core.v1.LifecycleArgs(
            pre_stop=core.v1.LifecycleHandlerArgs(sleep=core.v1.SleepActionArgs(seconds=PRE_STOP_SECONDS))
        ),
        volume_mounts=_mounts(plan, has_ca=has_ca),
    )


def _files(plan: WorkloadPlan, *, has_ca: bool) -> Sequence[str]:
    return [MANIFEST_KEY, *([CA_KEY] if has_ca else []), *([LOADER_KEY] if plan.traced else [])]


def _tracing_volume() -> core.v1.VolumeArgs:
    size = memory(tracing.VOLUME_MIB)
    return core.v1.VolumeArgs(name=_TRACING, empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit=size))


def _copy_tracing() -> core.v1.ContainerArgs:
    return core.v1.ContainerArgs(
        name=_TRACING,
        image=images.NODE_INSTRUMENTATION.reference,
        command=["cp", "-r", f"{tracing.IMAGE_FOLDER}/.", tracing.FOLDER],
        resources=resources(tracing.COPY),
        security_context=container_security(),
        volume_mounts=[core.v1.VolumeMountArgs(name=_TRACING, mount_path=tracing.FOLDER)],
    )


def _mounts(plan: WorkloadPlan, *, has_ca: bool) -> Sequence[core.v1.VolumeMountArgs]:
    mounts = [
        core.v1.VolumeMountArgs(name=_TEMPORARY, mount_path=TEMPORARY),
        *(
            core.v1.VolumeMountArgs(name=_CONFIG, mount_path=path, sub_path=MANIFEST_KEY, read_only=True)
            for path in plan.manifest_paths
        ),
    ]
    if plan.traced:
        mounts += [
            core.v1.VolumeMountArgs(name=_TRACING, mount_path=tracing.FOLDER, read_only=True),
            core.v1.VolumeMountArgs(name=_CONFIG, mount_path=tracing.LOADER, sub_path=LOADER_KEY, read_only=True),
        ]
    if has_ca:
        mounts.append(core.v1.VolumeMountArgs(name=_CONFIG, mount_path=CA_FILE, sub_path=CA_KEY, read_only=True))
    return mounts


def _tcp(period: int, failures: int = PROBE_FAILURES) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        tcp_socket=core.v1.TCPSocketActionArgs(port=_PORT),
        period_seconds=period,
        timeout_seconds=PROBE_TIMEOUT_SECONDS,
        failure_threshold=failures,
    )


def _http(plan: WorkloadPlan) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        http_get=core.v1.HTTPGetActionArgs(path=plan.probes.path, port=_PORT),
        period_seconds=plan.probes.period_seconds,
        timeout_seconds=PROBE_TIMEOUT_SECONDS,
        failure_threshold=PROBE_FAILURES,
    )
