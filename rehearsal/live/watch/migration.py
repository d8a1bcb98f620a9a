"""A plugin's own migration run again, with the image that is loaded: its planned Job, made anew under its name."""

import time

from planning.inputs.registry.registry_entry import BackendSpec
from planning.shared.naming import namespace
from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object
from rehearsal.live.watch.rollout import last_lines
from rehearsal.waiting import wait

SECONDS = 120.0
_OF_THE_JOB = ("controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name")
"""Labels that the API server gives pods of a Job, which is another one each time."""


def is_own(spec: BackendSpec) -> bool:
    """Whether a backend's image migrates its schema; else an image of migrations does, which nobody changes here."""
    migrate = spec.database.migrate if spec.database else None
    return migrate is not None and migrate.image is None


def migrate(api: KubeApi, plugin: str) -> None:
    """Runs it to its end. Raises RehearsalError with what it said; a transaction that fails has changed nothing."""
    jobs = f"/apis/batch/v1/namespaces/{namespace(plugin)}/jobs"
    name = f"migrate-{plugin}-"
    (planned,) = [one for one in api.request("GET", jobs)["items"] if one["metadata"]["name"].startswith(name)][:1]
    path = f"{jobs}/{planned['metadata']['name']}"
    api.request("DELETE", path, propagationPolicy="Foreground")
    wait("the last migration to be gone", lambda: not _named(api, jobs, planned), SECONDS, str)
    api.request("POST", jobs, again(planned))
    deadline = time.monotonic() + SECONDS
    while not (status := api.request("GET", path)["status"]).get("succeeded"):
        if status.get("failed") or time.monotonic() > deadline:
            raise RehearsalError("\n".join([f"{plugin} was not migrated; its pods are as before.", *_said(api, path)]))
        time.sleep(0.2)


def again(job: Object) -> Object:
    """The Job as somebody stated it, without what the API server has added."""
    template = job["spec"]["template"]
    labels = {key: value for key, value in template["metadata"]["labels"].items() if key not in _OF_THE_JOB}
    kept = {key: value for key, value in job["spec"].items() if key != "selector"}
    metadata = {key: job["metadata"][key] for key in ("name", "labels", "annotations") if key in job["metadata"]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {**kept, "template": {**template, "metadata": {**template["metadata"], "labels": labels}}},
    }


def _named(api: KubeApi, jobs: str, job: Object) -> bool:
    return job["metadata"]["uid"] in {one["metadata"]["uid"] for one in api.request("GET", jobs)["items"]}


def _said(api: KubeApi, job: str) -> list[str]:
    space, name = job.split("/")[5], job.rpartition("/")[2]
    pods = api.request("GET", f"/api/v1/namespaces/{space}/pods", labelSelector=f"job-name={name}")["items"]
    return [line for pod in pods[:1] for line in last_lines(api, pod)]
