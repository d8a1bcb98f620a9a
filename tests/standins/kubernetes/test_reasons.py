"""provider/pkg/await/checker/pod/check.go of pulumi-kubernetes."""

from rehearsal.standins.kubernetes.waits.reasons import pod_reasons
from rehearsal.standins.values import Map

SCHEDULED = {"type": "PodScheduled", "status": "True"}
INITIALIZED = {"type": "Initialized", "status": "True"}
LATE = {
    "type": "Ready",
    "status": "False",
    "reason": "ContainersNotReady",
    "message": "containers with unready status: [app]",
}


def said(*conditions: Map, **status: object) -> list[str]:
    pod = {"metadata": {"name": "a-1", "namespace": "plugin-a"}, "status": {"conditions": [*conditions], **status}}
    return pod_reasons([pod])


def test_an_image_that_cannot_be_pulled_is_named() -> None:
    waiting = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "nowhere/app:1"'}
    status = {"name": "app", "ready": False, "state": {"waiting": waiting}}
    assert said(SCHEDULED, INITIALIZED, LATE, containerStatuses=[status]) == [
        "[Pod plugin-a/a-1]: containers with unready status: [app]"
        '[ImagePullBackOff] Back-off pulling image "nowhere/app:1"'
    ]


def test_a_crash_is_named_with_its_exit_code() -> None:
    status = {
        "name": "app",
        "ready": False,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-01-01T00:00:00Z"}},
    }
    (reason,) = said(SCHEDULED, INITIALIZED, {**LATE, "message": ""}, containerStatuses=[status])
    assert reason == (
        "[Pod plugin-a/a-1]: [CrashLoopBackOff] back-off 10s\n"
        'container "app" terminated at 2026-01-01T00:00:00Z (OOMKilled: exit code 137)'
    )


def test_of_a_probe_that_fails_nothing_is_said_but_that_its_container_is_not_ready() -> None:
    status = {"name": "app", "ready": False, "state": {"running": {"startedAt": "now"}}}
    assert said(SCHEDULED, INITIALIZED, LATE, containerStatuses=[status]) == [
        "[Pod plugin-a/a-1]: containers with unready status: [app]"
    ]


def test_that_a_pod_finds_no_node_is_no_reason_in_the_end() -> None:
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}
    assert said(unscheduled) == []


def test_a_container_that_is_being_made_gives_no_reason() -> None:
    status = {"name": "app", "ready": False, "state": {"waiting": {"reason": "ContainerCreating"}}}
    assert said(SCHEDULED, INITIALIZED, {**LATE, "message": ""}, containerStatuses=[status]) == []


def test_a_healthy_pod_and_one_that_has_ended_well_give_no_reason() -> None:
    assert said(SCHEDULED, INITIALIZED, {"type": "Ready", "status": "True"}) == []
    assert said(SCHEDULED, INITIALIZED, LATE, phase="Succeeded") == []
