"""The pod of Grafana: itself, and what brings the dashboards to it."""

from typing import Literal

from pulumi_kubernetes import core

from components.config_collector import TOKEN_FOLDER, config_collector
from components.dashboard import DASHBOARD_LABEL
from components.pod_parts import api_token, container_security, memory_volume, resources
from planning import images
from planning.observability_policies import DASHBOARDS, NAMESPACE
from planning.watch.provisioning import FOLDER, FOLDER_FILE, SOURCES_FILE

_PORT = 3000
_PROVISIONING = "/etc/grafana/provisioning"
_CONFIG, _DASHBOARDS, _STATE, _TOKEN = "config", "dashboards", "state", "token"
_SETTINGS = {
    # Whoever gets here has come through `kubectl port-forward`, and so has a right to the cluster: no second sign-in.
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
    "GF_AUTH_BASIC_ENABLED": "false",
    "GF_AUTH_DISABLE_LOGIN_FORM": "true",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
    "GF_SERVER_HTTP_ADDR": "127.0.0.1",
    "GF_SERVER_HTTP_PORT": str(_PORT),
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_LOG_MODE": "console",
    "GF_LOG_CONSOLE_FORMAT": "json",
    "GF_AWS_ALLOWED_AUTH_PROVIDERS": "default",
}


def volumes() -> list[core.v1.VolumeArgs]:
    """Its configuration, a ConfigMap of its own name; all that it writes is in memory."""
    return [
        core.v1.VolumeArgs(name=_CONFIG, config_map=core.v1.ConfigMapVolumeSourceArgs(name=DASHBOARDS)),
        memory_volume(_DASHBOARDS, 64),
        memory_volume(_STATE, 128),
        api_token(_TOKEN),
    ]


def grafana() -> core.v1.ContainerArgs:
    """It listens within the pod only; a probe from outside would not reach it, so it asks itself."""
    ask = ["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{_PORT}/api/health"]
    probe = core.v1.ProbeArgs(
        exec_=core.v1.ExecActionArgs(command=ask), period_seconds=15, timeout_seconds=5, failure_threshold=6
    )
    return core.v1.ContainerArgs(
        name=DASHBOARDS,
        image=images.GRAFANA.reference,
        env=[core.v1.EnvVarArgs(name=key, value=value) for key, value in _SETTINGS.items()],
        ports=[core.v1.ContainerPortArgs(name="http", container_port=_PORT)],
        resources=resources(cpu_m=50, cpu_limit_m=1000, memory_mib=512),
        security_context=container_security(),
        readiness_probe=probe,
        liveness_probe=probe,
        volume_mounts=[
            _mount(_CONFIG, f"{_PROVISIONING}/datasources/{SOURCES_FILE}", sub_path=SOURCES_FILE),
            _mount(_CONFIG, f"{_PROVISIONING}/dashboards/{FOLDER_FILE}", sub_path=FOLDER_FILE),
            _mount(_DASHBOARDS, FOLDER),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/var/lib/grafana"),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/tmp", sub_path="tmp"),  # noqa: S108  # a mount of its own
        ],
    )


def dashboard_collector(name: str, method: Literal["LIST", "WATCH"]) -> core.v1.ContainerArgs:
    """Writes dashboards from ConfigMaps to files."""
    return config_collector(
        name,
        method=method,
        label=DASHBOARD_LABEL,
        folder=FOLDER,
        namespace=NAMESPACE,
        mounts=[
            core.v1.VolumeMountArgs(name=_DASHBOARDS, mount_path=FOLDER),
            core.v1.VolumeMountArgs(name=_STATE, mount_path="/tmp", sub_path="collector"),  # noqa: S108  # a mount of its own
            _mount(_TOKEN, TOKEN_FOLDER),
        ],
    )


def _mount(name: str, path: str, sub_path: str | None = None) -> core.v1.VolumeMountArgs:
    return core.v1.VolumeMountArgs(name=name, mount_path=path, sub_path=sub_path, read_only=True)
