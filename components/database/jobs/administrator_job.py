"""A Job that works on a shard as its administrator: what schema, archive, restore and move Jobs have in common.

    job = administrator_job(name, title="schema-community", stamp=hash_of_the_content, files={"script.sql": script},
                            steps=[fetch_step(...), apply_step(...)], labels=labels, after=needed, parent=self)

Its steps run one after the other, each in a container that sees what it needs. A step that fails ends the pod, and the
Job starts again from the first: so each step must be able to find its work half or wholly done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes import batch, core, meta

from components.database.jobs.namespace import CA_CONFIG
from components.shared.component import Component
from components.shared.pods import (
    UNDISRUPTED,
    container_security,
    evictions_are_no_failures,
    memory_volume,
    pod_security,
    resources,
)
from planning.cluster.priority_classes import CORE
from planning.database.jobs.administrator_job import (
    ACCOUNT,
    AWS_CLI,
    BACKOFF_LIMIT,
    CA_DIR,
    CA_FILE,
    DEADLINE_SECONDS,
    MASTER_DIR,
    NAMESPACE,
    PSQL,
    SCRATCH_DIR,
    SCRIPT_DIR,
    SECRET_FILE,
    USER,
    WORK_DIR,
    fetch,
)
from planning.database.shard import ADMINISTRATOR, DATABASE_NAME, DATABASE_PORT
from planning.shared import images
from planning.shared.images import Image
from planning.shared.pods import PodSize
from planning.shared.quantities import memory

_DELETE = "5m"
_MIB = 1024
_SCRATCH_MIB = 64
MASTER, SCRIPT, AUTHORITIES, SCRATCH, WORK = "master", "script", "authorities", "scratch", "work"
_PATHS = {MASTER: MASTER_DIR, SCRIPT: SCRIPT_DIR, AUTHORITIES: CA_DIR, SCRATCH: SCRATCH_DIR, WORK: WORK_DIR}
_OF_PSQL = (MASTER, SCRIPT, AUTHORITIES)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A container. reads, writes: the volumes that it sees."""

    name: str
    image: Image
    command: str
    environment: Mapping[str, pulumi.Input[str]]
    size: PodSize
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class JobLimits:
    """How long a Job may take, and how much it may write to its node's disk (GiB)."""

    deadline_seconds: int = DEADLINE_SECONDS
    work_gib: int = 0
    tries: int = BACKOFF_LIMIT

    @property
    def timeouts(self) -> pulumi.CustomTimeouts:
        """Five minutes more than the Job has: its own error is the clearer one."""
        return pulumi.CustomTimeouts(create=f"{self.deadline_seconds // 60 + 5}m", delete=_DELETE)


def aws_step(
    name: str,
    command: str,
    *,
    region: str,
    environment: Mapping[str, pulumi.Input[str]],
    reads: Sequence[str] = (),
    writes: Sequence[str] = (),
) -> Step:
    """A step that talks to AWS, as the Jobs' role."""
    return Step(
        name=name,
        image=images.AWS_CLI,
        command=command,
        environment={"AWS_REGION": region, **environment, "HOME": SCRATCH_DIR},
        size=AWS_CLI,
        reads=reads,
        writes=(SCRATCH, *writes),
    )


def fetch_step(region: str, secret_arn: pulumi.Input[str], *, name: str = "fetch", file: str = SECRET_FILE) -> Step:
    """Brings the administrator's password."""
    return aws_step(name, fetch(file), region=region, environment={"SECRET_ARN": secret_arn}, writes=(MASTER,))


def psql_step(
    name: str, command: str, *, host: pulumi.Input[str], application: str, size: PodSize = PSQL, work: bool = False
) -> Step:
    """A step that talks to PostgreSQL; its command gets the password out of what was fetched."""
    return Step(
        name=name,
        image=images.POSTGRES_CLIENT,
        command=command,
        environment={"PGHOST": host, "PGPORT": str(DATABASE_PORT), **administrator_environment(application)},
        size=size,
        reads=_OF_PSQL,
        writes=(WORK,) if work else (),
    )


def administrator_environment(application: str) -> Mapping[str, str]:
    """How PostgreSQL's programs log in as the administrator, whatever the host. application: as the server lists it."""
    return {
        "PGDATABASE": DATABASE_NAME,
        "PGUSER": ADMINISTRATOR,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": f"{CA_DIR}/{CA_FILE}",
        "PGCONNECT_TIMEOUT": "10",
        "PGAPPNAME": application,
    }


def administrator_job(
    name: str,
    *,
    title: str,
    stamp: pulumi.Input[str],
    files: Mapping[str, pulumi.Input[str]],
    steps: Sequence[Step],
    labels: Mapping[str, str],
    after: Sequence[pulumi.Resource],
    parent: Component,
    limits: JobLimits | None = None,
) -> batch.v1.Job:
    """The Job, and the Secret with its files. stamp: a hash of all that it does: another one is another Job."""
    limits = limits or JobLimits()

    def metadata(text: pulumi.Input[str]) -> meta.v1.ObjectMetaArgs:
        return meta.v1.ObjectMetaArgs(name=text, namespace=NAMESPACE, labels=labels)

    held = core.v1.Secret(
        f"{name}-script",
        metadata=metadata(title),
        type="Opaque",
        string_data=files,
        opts=parent.child(*after),
    )
    return batch.v1.Job(
        f"{name}-job",
        metadata=metadata(pulumi.Output.concat(title, "-", stamp)),
        spec=batch.v1.JobSpecArgs(
            backoff_limit=limits.tries,
            pod_failure_policy=evictions_are_no_failures(),
            active_deadline_seconds=limits.deadline_seconds,
            template=core.v1.PodTemplateSpecArgs(
                metadata=meta.v1.ObjectMetaArgs(labels=labels, annotations=UNDISRUPTED),
                spec=_pod(title, steps, limits),
            ),
        ),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[held], custom_timeouts=limits.timeouts),
    )


def _pod(title: str, steps: Sequence[Step], limits: JobLimits) -> core.v1.PodSpecArgs:
    containers = [_container(step, limits) for step in steps]
    work = core.v1.EmptyDirVolumeSourceArgs(size_limit=memory(limits.work_gib * _MIB))
    return core.v1.PodSpecArgs(
        restart_policy="Never",
        service_account_name=ACCOUNT,
        automount_service_account_token=False,
        enable_service_links=False,
        priority_class_name=CORE,
        security_context=pod_security(USER),
        init_containers=containers[:-1],
        containers=containers[-1:],
        volumes=[
            memory_volume(MASTER, 1),
            memory_volume(SCRATCH, 16),
            core.v1.VolumeArgs(
                name=SCRIPT, secret=core.v1.SecretVolumeSourceArgs(secret_name=title, default_mode=0o440)
            ),
            core.v1.VolumeArgs(name=AUTHORITIES, config_map=core.v1.ConfigMapVolumeSourceArgs(name=CA_CONFIG)),
            *([core.v1.VolumeArgs(name=WORK, empty_dir=work)] if limits.work_gib else []),
        ],
    )


def _container(step: Step, limits: JobLimits) -> core.v1.ContainerArgs:
    return core.v1.ContainerArgs(
        name=step.name,
        image=step.image.reference,
        command=["sh", "-c", step.command],
        env=[core.v1.EnvVarArgs(name=name, value=value) for name, value in step.environment.items()],
        resources=resources(step.size, disk_mib=limits.work_gib * _MIB + _SCRATCH_MIB),
        security_context=container_security(),
        volume_mounts=[
            core.v1.VolumeMountArgs(name=volume, mount_path=_PATHS[volume], read_only=volume in step.reads or None)
            for volume in (*step.reads, *step.writes)
        ],
    )
