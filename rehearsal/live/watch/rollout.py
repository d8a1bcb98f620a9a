"""Pods of a plugin replaced, as a roll-out of its Deployments does it: those before serve until the new ones do."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from planning.shared.naming import namespace
from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object, has_condition
from rehearsal.standins.kubernetes.waits.readiness import is_owned, is_seen, new_set
from rehearsal.standins.kubernetes.waits.reasons import pod_reasons

SECONDS = 90.0
EVERY_SECONDS = 0.2
LINES = 20
"""Of a log's end."""
LOG_SECONDS = 3.0
"""For the log of a container that has ended."""
_NO_LOG = "unable to retrieve container logs"
"""What a kubelet answers, as if it were a log, of a container that it has removed since its pod was read."""
_RESTARTED = "kubectl.kubernetes.io/restartedAt"
"""What `kubectl rollout restart` writes."""
_STARTING = frozenset(("ContainerCreating", "PodInitializing"))


class Rollout:
    """Of a plugin's Deployments with an image. Raises RehearsalError where there is none."""

    def __init__(self, api: KubeApi, plugin: str, image: str) -> None:
        self._api, self._plugin = api, plugin
        self._apps = f"/apis/apps/v1/namespaces/{namespace(plugin)}"
        listed = api.request("GET", f"{self._apps}/deployments")["items"]
        self._names = [each["metadata"]["name"] for each in listed if _has(each, image)]
        if not self._names:
            raise RehearsalError(
                f"{plugin} has no pods of {image} here: what runs was brought up from another registry. naap live"
            )

    def start(self) -> None:
        """New pods begin."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        for name in self._names:
            body: Object = {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": name},
                "spec": {"template": {"metadata": {"annotations": {_RESTARTED: stamp}}}},
            }
            path = f"{self._apps}/deployments/{name}"
            self._api.request("PATCH", path, body, fieldManager="rehearsal-watch", force="true")

    def follow(self, stop: Callable[[], bool]) -> bool:
        """Whether all new pods serve; False: it was stopped. Raises RehearsalError, with what a pod that fails says."""
        deadline = time.monotonic() + SECONDS
        while not stop():
            left = [found for name in self._names if not _is_over(found := self._read(name))]
            if not left:
                return True
            # One whose controller has not seen it yet has no new pods: those that it names are the ones before.
            pods = [pod for deployment in left if is_seen(deployment) for pod in self._new_pods(deployment)]
            failed = [pod for pod in pods if _fails(pod)]
            if failed or time.monotonic() > deadline:
                raise RehearsalError(self._told(failed or pods))
            time.sleep(EVERY_SECONDS)
        return False

    def _read(self, name: str) -> Object:
        return self._api.request("GET", f"{self._apps}/deployments/{name}")

    def _new_pods(self, deployment: Object) -> list[Object]:
        newest = new_set(deployment, self._api.request("GET", f"{self._apps}/replicasets")["items"])
        pods = self._api.request("GET", f"/api/v1/namespaces/{namespace(self._plugin)}/pods")["items"]
        return [pod for pod in pods if newest and is_owned(pod, newest)]

    def _told(self, pods: Sequence[Object]) -> str:
        said = [f"{self._plugin} does not start so; pods as before serve on."]
        said += pod_reasons(pods) or [f"no new pod was ready within {SECONDS:.0f} s"]
        return "\n".join([*said, *(line for pod in pods[:1] for line in last_lines(self._api, pod))])


def last_lines(api: KubeApi, pod: Object) -> list[str]:
    """The end of what a pod's container has said, that of its last run where it was started again.

    Of one that has just ended it is waited for: containerd may write it later than its end.
    """
    statuses: list[Object] = pod["status"].get("containerStatuses") or [{}]
    status = statuses[0]
    again = "terminated" in (status.get("lastState") or {})
    ended = again or "terminated" in (status.get("state") or {})
    deadline = time.monotonic() + (LOG_SECONDS if ended else 0)
    while True:
        for run in ("?previous=true", "") if again else ("",):
            if text := _log(api, pod, run):
                return [f"    {line[:300]}" for line in text.splitlines()[-LINES:]]
        if time.monotonic() >= deadline:
            return []
        time.sleep(EVERY_SECONDS)


def _log(api: KubeApi, pod: Object, run: str) -> str:
    """run: the query for the last but one. Empty where there is none, or none any more."""
    name, space = pod["metadata"]["name"], pod["metadata"]["namespace"]
    try:
        text = api.text(f"/api/v1/namespaces/{space}/pods/{name}/log{run}")
    except RehearsalError:
        return ""  # it has never run
    return "" if text.startswith(_NO_LOG) else text


def _has(deployment: Object, image: str) -> bool:
    containers = deployment["spec"]["template"]["spec"]["containers"]
    return any(str(each["image"]).partition("@")[0] == image for each in containers)


def _is_over(deployment: Object) -> bool:
    """As `kubectl rollout status` has it."""
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    return is_seen(deployment) and all(
        status.get(each) == wanted for each in ("updatedReplicas", "availableReplicas", "replicas")
    )


def _fails(pod: Object) -> bool:
    """Whether it is not ready, and a container of it has ended or is kept from starting."""
    if has_condition(pod, "Ready"):
        return False
    for status in pod["status"].get("containerStatuses") or ():
        waiting = status["state"].get("waiting")
        if status["restartCount"] or "terminated" in status["state"]:
            return True
        if waiting and waiting["reason"] not in _STARTING:
            return True
    return False
