"""Objects of the program as the API takes them: recorded from its components, and the chart that its release names."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
import yaml

from components.cluster.priority_classes import PriorityClasses
from components.gateway.gateway import Gateway
from components.gateway.gone_routes import GoneRoutes
from components.gateway.routes import PluginRoutes
from components.shared.root_secret import RootSecret
from planning.gateway.gateway import NAMESPACE, plan_gateway
from planning.gateway.gone_routes import plan_gone_routes
from planning.gateway.routes import plan_routes
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.labels import labels
from planning.shared.naming import canary_name, namespace
from rehearsal.control_plane.kube_api import Object
from tests.components.recording import Recorded, build
from tests.dataplane.gateway.counters import HOST
from tests.dataplane.gateway.parts import BACKEND_IMAGE, Parts
from tests.planning.samples import ROOT_SECRET

RELEASE = "kubernetes:helm.sh/v3:Release"
_TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/naap/0123456789abcdef"
PORT = 80
"""Of stand-in pods and their Services."""


def gateway(
    settings: Settings, tier: Tier, parts: Parts, plugins: tuple[PluginSpec, ...]
) -> tuple[list[Object], list[Object]]:
    """What the chart makes of the release's values, hooks and all; and every other object of the component."""

    def make() -> None:
        plan = plan_gateway(
            region="us-east-1",
            settings=settings,
            tier=tier,
            users=settings.users,
            registry=Registry(file="", plugins=plugins),
        )
        PriorityClasses("priorities")
        root_secret = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        Gateway("gateway", plan=plan, target_group_arn=_TARGETS, limit_host=HOST, root_secret=root_secret)

    records = build(make)
    (release,) = [record for record in records if record.type == RELEASE]
    return _rendered(release, parts), _objects(records)


def routes(spec: PluginSpec, settings: Settings, tier: Tier) -> list[Object]:
    """Of one plugin; once it is stopped those of the gateway itself."""
    return _objects(build(_routes(spec, settings, tier)))


def backend(
    spec: PluginSpec,
    command: Sequence[str],
    *,
    image: str = BACKEND_IMAGE,
    environment: Mapping[str, str] | None = None,
) -> list[Object]:
    """The plugin's namespace with the labels that it has, and a stand-in of its pods behind its Service; its canary's.

    command: for the image. The canary's says another name in the plugin's place.
    """
    home = namespace(spec.name)
    container: Object = {
        "name": "stand-in",
        "image": image,
        "args": list(command),
        "env": [{"name": name, "value": value} for name, value in (environment or {}).items()],
        "ports": [{"containerPort": PORT}],
        "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
    }
    canary = canary_name(spec.name)
    tried = {**container, "args": [canary if word == spec.name else word for word in command]}
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": home, "labels": dict(labels("plugin", spec.name, plugin=spec.name))},
        },
        *_served(spec.name, home, container),
        *(_served(canary, home, tried) if spec.backend and spec.backend.canary else []),
    ]


def _served(name: str, home: str, container: Object) -> list[Object]:
    chosen = {"app.kubernetes.io/name": name}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": home},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": chosen},
                "template": {
                    "metadata": {"labels": chosen},
                    "spec": {"containers": [container], "terminationGracePeriodSeconds": 2},
                },
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": home},
            "spec": {"selector": chosen, "ports": [{"port": PORT, "targetPort": PORT}]},
        },
    ]


def _routes(spec: PluginSpec, settings: Settings, tier: Tier) -> Callable[[], None]:
    def make() -> None:
        if plan := plan_routes(file="registry.yaml", spec=spec, settings=settings, tier=tier):
            PluginRoutes(spec.name, plan=plan, labels=labels("plugin", spec.name, plugin=spec.name))
        for stopped in plan_gone_routes(registry=Registry(file="", plugins=(spec,)), settings=settings):
            GoneRoutes(stopped.name, plan=stopped)

    return make


def _objects(records: Sequence[Recorded]) -> list[Object]:
    return [dict(record.inputs) for record in records if {"apiVersion", "kind"} <= set(record.inputs)]


def _rendered(release: Recorded, parts: Parts) -> list[Object]:
    values: dict[str, Any] = dict(release.inputs["values"])
    done = subprocess.run(
        [parts.programs["render-chart"], parts.chart, release.inputs["name"], NAMESPACE],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [document for document in yaml.safe_load_all(done.stdout) if document]
    # Helm gives namespaced objects that state none the release's.
    clusterwide = ("ClusterRole", "ClusterRoleBinding", "Namespace")
    for document in found:
        if document["kind"] not in clusterwide:
            document["metadata"].setdefault("namespace", NAMESPACE)
    return found
