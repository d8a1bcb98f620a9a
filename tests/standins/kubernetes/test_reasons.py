from rehearsal.standins.kubernetes.reasons import condition_reasons, event_reasons, pod_reasons
from rehearsal.standins.values import Map


def pod(**status: object) -> Map:
    return {"metadata": {"name": "a-1"}, "status": status}


def test_an_image_that_cannot_be_pulled_is_named() -> None:
    waiting = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "nowhere/app:1"'}
    status = {"name": "app", "ready": False, "state": {"waiting": waiting}}
    assert list(pod_reasons(pod(containerStatuses=[status]))) == [
        'Pod a-1, container app: [ImagePullBackOff] Back-off pulling image "nowhere/app:1"'
    ]


def test_a_crash_is_named_with_its_exit_code() -> None:
    status = {
        "name": "app",
        "ready": False,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
    }
    assert list(pod_reasons(pod(containerStatuses=[status]))) == [
        "Pod a-1, container app: [CrashLoopBackOff]",
        "Pod a-1, container app: [OOMKilled] ended with exit code 137",
    ]


def test_a_container_that_runs_but_is_not_ready_points_to_its_probe() -> None:
    status = {"name": "app", "ready": False, "state": {"running": {"startedAt": "now"}}}
    assert list(pod_reasons(pod(containerStatuses=[status]))) == [
        "Pod a-1, container app: it runs, but its readiness probe does not succeed"
    ]


def test_a_pod_that_finds_no_node_says_so() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}
    assert list(pod_reasons(pod(conditions=[condition]))) == ["Pod a-1: [Unschedulable] 0/3 nodes"]


def test_a_healthy_pod_gives_no_reason() -> None:
    status = {"name": "app", "ready": True, "state": {"running": {"startedAt": "now"}}}
    assert list(pod_reasons(pod(containerStatuses=[status]))) == []


def test_conditions_complain_whichever_way_round_they_are() -> None:
    conditions = [
        {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable", "message": "none yet"},
        {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "message": "fine"},
        {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"},
    ]
    assert list(condition_reasons({"status": {"conditions": conditions}})) == [
        "[MinimumReplicasUnavailable] none yet",
        "[FailedCreate] exceeded quota",
    ]


def test_events_of_others_are_not_shown_and_the_latest_comes_first() -> None:
    def event(name: str, at: str, message: str) -> Map:
        involved = {"kind": "Pod", "name": name}
        return {"involvedObject": involved, "lastTimestamp": at, "reason": "Unhealthy", "message": message}

    events = [event("a-1", "1", "probe failed"), event("b-1", "3", "other"), event("a-2", "2", "probe timed out")]
    events.append(event("a-1", "0", "the same, earlier"))
    assert event_reasons(events, "a") == ["Pod a-2: [Unhealthy] probe timed out", "Pod a-1: [Unhealthy] probe failed"]
