"""How the pods of a plugin run: a Deployment of web pods, one more for its canary, and one where timed work happens
once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from planning.cluster.priority_classes import priority_class
from planning.inputs.field_types import Architecture
from planning.inputs.registry.pod_sections import Resources
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec
from planning.inputs.registry.sections import REQUEST_SECONDS, STARTUP_SECONDS, Probes
from planning.inputs.tiers import PodRange
from planning.shared.labels import labels, selector
from planning.shared.naming import canary_name

USER = 10_001
"""Above 10,000 so that it is nobody on the node; images need not know it (they are world-readable)."""

PRE_STOP_SECONDS = 10
"""Endpoints take a few seconds to forget a pod; until then it must still answer."""

GRACE_SECONDS = 45
"""What a pod that is told to end has for requests under way, of the usual length; longer where those may be."""
STARTUP_PERIOD_SECONDS = 2
PROBE_TIMEOUT_SECONDS = 3
PROBE_FAILURES = 3
SURGE_PERCENT = 10
"""Extra pods during a roll-out, rounded up: within the tenth of its connections that a shard keeps free."""

PROGRESS_DEADLINE_SECONDS = 300
"""Without a new ready pod for this long a roll-out has failed: covers a new node (two minutes) and the start-up, where
that takes no longer than usual."""

ROLL_OUT_MARGIN_SECONDS = 60
"""After the deadline, so that it is among the reasons. Kubernetes' own word on a roll-out ends no wait of the provider
(docs/decisions/roll-out-timeouts.md): what the wait is given is how long a failing plugin is not told."""

STEP_SECONDS = 30
"""What each further step of a roll-out may take: ten slow starts fit in it together with what the first is given."""

TEMPORARY_MIB = 256
EPHEMERAL_MIB = 768
"""Logs, the temporary mount, and the copy of what traces the process (planning/plugin/tracing.py), together."""


class WorkloadKind(StrEnum):
    """What a Deployment of a plugin is for; the label of its pods."""

    STABLE = "plugin"
    CANARY = "canary"
    CRON = "cron"


@dataclass(frozen=True, kw_only=True)
class WorkloadPlan:
    """One Deployment.

    replicas: None where an autoscaler decides. recreate: the old pod ends before the new one starts, so that there are
    never two. without: variables of the plugin's that this one doesn't set. traced: by planning/plugin/tracing.py.
    """

    name: str
    kind: WorkloadKind
    plugin: str
    image: str
    port: int
    replicas: int | None
    recreate: bool
    pods: PodRange
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    resources: Resources
    probes: Probes
    priority_class: str
    manifest_paths: tuple[str, ...]
    grace_seconds: int
    arch: Architecture | None
    without: tuple[str, ...] = ()
    traced: bool = False


def plan_workloads(
    *, spec: PluginSpec, backend: BackendSpec, pods: PodRange, home: bool, traced: bool = False
) -> tuple[WorkloadPlan, ...]:
    """The Deployments of a plugin in one region; the stable one first, then its canary.

    Timed work runs in the home region only: two regions would do it twice. A canary does none.
    """
    found = [
        _workload(
            spec,
            backend,
            kind=WorkloadKind.STABLE,
            name=spec.name,
            replicas=None,
            recreate=backend.scaling.singleton,
            pods=pods,
            traced=traced,
        )
    ]
    if backend.canary:
        canary = _workload(
            spec,
            backend,
            kind=WorkloadKind.CANARY,
            name=canary_name(spec.name),
            replicas=None,
            recreate=False,
            pods=backend.canary.pods(pods),
            traced=traced,
        )
        found.append(replace(canary, image=backend.canary.image))
    if backend.cron and home:
        found.append(
            _workload(
                spec,
                backend,
                kind=WorkloadKind.CRON,
                name=f"{spec.name}-cron",
                replicas=1,
                recreate=True,
                pods=PodRange(min=1, max=1),
                traced=traced,
            )
        )
    return tuple(found)


def surge(pods: PodRange, *, recreate: bool) -> int:
    """Pods above the maximum that a roll-out may add."""
    return 0 if recreate else -(-pods.max * SURGE_PERCENT // 100)


def progress_deadline(probes: Probes) -> int:
    """Seconds without a new ready pod after which a roll-out has failed; longer where a start may take longer."""
    return PROGRESS_DEADLINE_SECONDS + _slower(probes)


def roll_out_seconds(probes: Probes, pods: PodRange | None = None) -> int:
    """How long to wait for an update of so many pods, None for the first version, whose pods all start at once.

    The first step may take as long as the deadline says, each further one less.
    """
    steps = -(-pods.max // max(1, surge(pods, recreate=False))) if pods else 1
    return progress_deadline(probes) + ROLL_OUT_MARGIN_SECONDS + (STEP_SECONDS + _slower(probes)) * (steps - 1)


def _slower(probes: Probes) -> int:
    return max(0, probes.startup_seconds - STARTUP_SECONDS)


def startup_failures(probes: Probes) -> int:
    """Probes that may fail before a container that starts is given up."""
    return -(-probes.startup_seconds // STARTUP_PERIOD_SECONDS)


def liveness_over_http(probes: Probes) -> bool:
    """TCP unless the entry says that the service counts no probe in its own limits: a 429 would restart it."""
    return probes.liveness == "http"


def _workload(
    spec: PluginSpec,
    backend: BackendSpec,
    *,
    kind: WorkloadKind,
    name: str,
    replicas: int | None,
    recreate: bool,
    pods: PodRange,
    traced: bool,
) -> WorkloadPlan:
    return WorkloadPlan(
        name=name,
        kind=kind,
        plugin=spec.name,
        image=backend.image,
        port=backend.port,
        replicas=replicas,
        recreate=recreate,
        pods=pods,
        # The entry's version is the stable pods'; of a canary its image says which it is.
        labels=labels(kind, name, plugin=spec.name, version=None if kind is WorkloadKind.CANARY else spec.version),
        selector=selector(kind, name),
        resources=backend.resources,
        probes=backend.probes,
        priority_class=priority_class(core=spec.core),
        manifest_paths=backend.manifest_paths,
        arch=backend.arch,
        grace_seconds=GRACE_SECONDS + max(0, backend.requests.timeout_seconds - REQUEST_SECONDS),
        # The only pod in which timed work is on.
        without=("DISABLE_CRON",) if kind is WorkloadKind.CRON else (),
        traced=traced,
    )
