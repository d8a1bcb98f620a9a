"""A pooler's pod: PgBouncer, what collects the plugins' fragments, what reloads it, and what counts."""

from collections.abc import Sequence
from typing import Literal

from pulumi_kubernetes import core

from components.shared.pods import api_token, container_security, memory_volume, pod_security, resources, spread
from components.shared.sidecars import config_collector
from planning.cluster.priority_classes import CORE
from planning.database.pooler import (
    EXPORTER,
    FRAGMENT_LABEL,
    GRACE_SECONDS,
    METRICS_PORT,
    NAMESPACE,
    PGBOUNCER,
    RELOADER,
    USER,
    PoolerPlan,
)
from planning.database.pooler_config import CONFIG_DIR, FRAGMENT_DIR, LIVE_DIR, SECRET_DIR, render_stop
from planning.shared import images
from planning.shared.pods import TOKEN_FOLDER

METRICS_KEY = "metrics-url"
_ACCOUNT = "pooler"
_CONFIG, _SECRET, _LIVE, _FRAGMENTS, _TOKEN, _SCRATCH = "config", "secret", "live", "fragments", "token", "scratch"


def pooler_pod(plan: PoolerPlan) -> core.v1.PodSpecArgs:
    """The pod. Only the collectors see the service account's token, and only PgBouncer its secrets."""
    return core.v1.PodSpecArgs(
        service_account_name=_ACCOUNT,
        automount_service_account_token=False,
        enable_service_links=False,
        # The reloader signals PgBouncer.
        share_process_namespace=True,
        termination_grace_period_seconds=GRACE_SECONDS,
        priority_class_name=CORE,
        security_context=pod_security(USER),
        topology_spread_constraints=spread(plan.selector),
        init_containers=[_collector(plan, "collect-first", "LIST"), _compose(plan, "compose-first", "once")],
        containers=[
            _pgbouncer(plan),
            _collector(plan, "collect", "WATCH"),
            _compose(plan, "reload", "watch"),
            *([_exporter(plan)] if plan.metrics else []),
        ],
        volumes=_volumes(plan),
    )


def _pgbouncer(plan: PoolerPlan) -> core.v1.ContainerArgs:
    def probe(period: int, failures: int) -> core.v1.ProbeArgs:
        return core.v1.ProbeArgs(
            tcp_socket=core.v1.TCPSocketActionArgs(port="postgres"),
            period_seconds=period,
            timeout_seconds=3,
            failure_threshold=failures,
        )

    return core.v1.ContainerArgs(
        name="pgbouncer",
        image=plan.image,
        command=["pgbouncer", f"{CONFIG_DIR}/pgbouncer.ini"],
        ports=[core.v1.ContainerPortArgs(name="postgres", container_port=plan.port)],
        resources=resources(PGBOUNCER),
        security_context=container_security(),
        startup_probe=probe(1, 60),
        readiness_probe=probe(5, 2),
        liveness_probe=probe(10, 3),
        lifecycle=core.v1.LifecycleArgs(
            pre_stop=core.v1.LifecycleHandlerArgs(exec_=core.v1.ExecActionArgs(command=["sh", "-c", render_stop()]))
        ),
        volume_mounts=_mounts((_CONFIG, CONFIG_DIR), (_SECRET, SECRET_DIR), (_LIVE, LIVE_DIR)),
    )


def _compose(plan: PoolerPlan, name: str, mode: str) -> core.v1.ContainerArgs:
    return core.v1.ContainerArgs(
        name=name,
        image=plan.image,
        command=["sh", f"{CONFIG_DIR}/compose.sh", mode],
        resources=resources(RELOADER),
        security_context=container_security(),
        volume_mounts=[
            *_mounts((_CONFIG, CONFIG_DIR), (_SECRET, SECRET_DIR), (_FRAGMENTS, FRAGMENT_DIR)),
            core.v1.VolumeMountArgs(name=_LIVE, mount_path=LIVE_DIR),
        ],
    )


def _collector(plan: PoolerPlan, name: str, method: Literal["LIST", "WATCH"]) -> core.v1.ContainerArgs:
    return config_collector(
        name,
        method=method,
        label=FRAGMENT_LABEL,
        value=plan.name,
        folder=FRAGMENT_DIR,
        namespace=NAMESPACE,
        mounts=[
            core.v1.VolumeMountArgs(name=_FRAGMENTS, mount_path=FRAGMENT_DIR),
            core.v1.VolumeMountArgs(name=_SCRATCH, mount_path="/tmp"),  # noqa: S108  # a mount of its own
            *_mounts((_TOKEN, TOKEN_FOLDER)),
        ],
    )


def _exporter(plan: PoolerPlan) -> core.v1.ContainerArgs:
    url = core.v1.SecretKeySelectorArgs(name=plan.name, key=METRICS_KEY)
    return core.v1.ContainerArgs(
        name="metrics",
        image=images.PGBOUNCER_EXPORTER.reference,
        env=[
            core.v1.EnvVarArgs(
                name="PGBOUNCER_EXPORTER_CONNECTION_STRING",
                value_from=core.v1.EnvVarSourceArgs(secret_key_ref=url),
            )
        ],
        ports=[core.v1.ContainerPortArgs(name="metrics", container_port=METRICS_PORT)],
        # By TCP: asking for the metrics themselves would ask PgBouncer each time.
        readiness_probe=_listening("metrics"),
        liveness_probe=_listening("metrics"),
        resources=resources(EXPORTER),
        security_context=container_security(),
    )


def _listening(port: str) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        tcp_socket=core.v1.TCPSocketActionArgs(port=port), period_seconds=10, timeout_seconds=3, failure_threshold=3
    )


def _mounts(*places: tuple[str, str]) -> list[core.v1.VolumeMountArgs]:
    return [core.v1.VolumeMountArgs(name=name, mount_path=path, read_only=True) for name, path in places]


def _volumes(plan: PoolerPlan) -> Sequence[core.v1.VolumeArgs]:
    return [
        core.v1.VolumeArgs(name=_CONFIG, config_map=core.v1.ConfigMapVolumeSourceArgs(name=plan.name)),
        core.v1.VolumeArgs(
            name=_SECRET,
            secret=core.v1.SecretVolumeSourceArgs(
                secret_name=plan.name,
                default_mode=0o440,
                items=[core.v1.KeyToPathArgs(key=key, path=key) for key in ("tls.crt", "tls.key", "userlist.txt")],
            ),
        ),
        memory_volume(_LIVE, 16),
        memory_volume(_FRAGMENTS, 16),
        memory_volume(_SCRATCH, 16),
        api_token(_TOKEN),
    ]
