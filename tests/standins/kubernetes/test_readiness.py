"""provider/pkg/await/deployment.go, service.go, awaiters.go and checker/job/check.go of pulumi-kubernetes."""

import pytest

from rehearsal.standins.kubernetes.waits.readiness import (
    deployment_problems,
    has_address,
    has_late_pods,
    has_quota,
    job_problems,
    service_problems,
    targets_pods,
)
from rehearsal.standins.values import Map

AVAILABLE = {"type": "Available", "status": "True"}
ROLLED_OUT = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": "done"}
LATE = {
    "type": "Progressing",
    "status": "False",
    "reason": "ProgressDeadlineExceeded",
    "message": 'ReplicaSet "a-2" has timed out progressing.',
}


def deployment(*conditions: Map, revision: str = "2", seen: int = 2) -> Map:
    return {
        "kind": "Deployment",
        "metadata": {
            "uid": "d",
            "generation": 2,
            "annotations": {"deployment.kubernetes.io/revision": revision},
        },
        "status": {"observedGeneration": seen, "conditions": list(conditions)},
    }


def replica_set(revision: str, ready: int | None, wanted: int = 3, owner: str = "d") -> Map:
    return {
        "metadata": {
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [{"uid": owner}],
        },
        "spec": {"replicas": wanted},
        "status": {} if ready is None else {"readyReplicas": ready},
    }


SETS = [replica_set("1", None, 0), replica_set("2", 3)]


def test_a_deployment_is_ready_when_its_roll_out_is_over_and_its_newest_pods_are_all_ready() -> None:
    assert deployment_problems(deployment(AVAILABLE, ROLLED_OUT), SETS) == []


def test_the_first_version_of_a_deployment_has_no_roll_out_to_end() -> None:
    first = deployment(AVAILABLE, LATE, revision="1")
    assert deployment_problems(first, [replica_set("1", 3)]) == []


def test_a_deployment_without_pods_is_ready_without_any() -> None:
    assert deployment_problems(deployment(AVAILABLE, ROLLED_OUT), [replica_set("2", None, 0)]) == []


def test_a_deployment_that_its_controller_has_not_seen_is_not_ready() -> None:
    assert deployment_problems(deployment(AVAILABLE, ROLLED_OUT, seen=1), SETS)
    assert deployment_problems({"metadata": {"generation": 1}}, [])


def test_pods_of_an_older_version_or_of_another_deployment_do_not_count() -> None:
    (said,) = deployment_problems(deployment(AVAILABLE, ROLLED_OUT), [replica_set("1", 3)])
    assert said.startswith("Attempted to roll forward to new ReplicaSet")
    assert deployment_problems(deployment(AVAILABLE, ROLLED_OUT), [replica_set("2", 3, owner="other")])


def test_a_deployment_whose_newest_pods_are_not_ready_says_what_its_conditions_say() -> None:
    assert deployment_problems(deployment(AVAILABLE, LATE), [replica_set("2", 0)]) == [
        '[ProgressDeadlineExceeded] ReplicaSet "a-2" has timed out progressing.',
        "Minimum number of Pods to consider the application live was not attained",
    ]
    missing = {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable", "message": "none"}
    assert deployment_problems(deployment(missing, ROLLED_OUT), SETS) == [
        "[MinimumReplicasUnavailable] none",
        "Minimum number of live Pods was not attained",
    ]


def job(*conditions: Map, started: bool = True) -> Map:
    status: Map = {"conditions": list(conditions)}
    return {"kind": "Job", "status": {**status, "startTime": "now"} if started else status}


def failed(reason: str) -> Map:
    return {"type": "Failed", "status": "True", "reason": reason, "message": "too often"}


@pytest.mark.parametrize("reason", ["BackoffLimitExceeded", "DeadlineExceeded"])
def test_a_failed_job_fails_at_once(reason: str) -> None:
    assert job_problems(job(failed(reason))) == ([f"[{reason}] too often"], True)


@pytest.mark.parametrize("reason", ["PodFailurePolicy", "FailedIndexes"])
def test_a_job_that_failed_for_another_reason_is_waited_for_to_the_end(reason: str) -> None:
    problems, final = job_problems(job(failed(reason)))
    assert problems
    assert not final


def test_a_job_is_ready_when_it_has_started_and_completed() -> None:
    complete = {"type": "Complete", "status": "True"}
    assert job_problems(job(complete)) == ([], False)
    assert job_problems(job(complete, started=False))[0]
    assert job_problems(job())[0]


def test_a_quota_is_in_force_when_its_status_says_the_same_letter_by_letter() -> None:
    quota: Map = {"kind": "ResourceQuota", "spec": {"hard": {"limits.cpu": "500m"}}}
    assert not has_quota(quota)
    assert has_quota({**quota, "status": {"hard": {"limits.cpu": "500m"}}})
    assert not has_quota({**quota, "status": {"hard": {"limits.cpu": "0.5"}}})


def test_a_load_balancer_is_ready_with_its_address() -> None:
    service: Map = {"kind": "Service", "spec": {"type": "LoadBalancer"}}
    assert not has_address(service)
    assert has_address({**service, "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}})
    assert service_problems(service, {}) == [
        "Service was not allocated an IP address; does your cloud provider support this?"
    ]


@pytest.mark.parametrize(
    "spec", [{}, {"selector": {"a": "b"}, "clusterIP": "None"}, {"selector": {"a": "b"}, "type": "ExternalName"}]
)
def test_a_service_without_pods_of_its_own_waits_for_none(spec: Map) -> None:
    assert not targets_pods({"spec": spec})


def test_a_service_waits_for_the_pods_that_it_selects_and_not_for_some_to_come() -> None:
    service: Map = {"spec": {"selector": {"a": "b"}, "clusterIP": "10.0.0.1"}}
    assert targets_pods(service)
    assert not has_late_pods({})
    assert not has_late_pods({"subsets": [{"addresses": [{"ip": "192.0.2.1"}]}]})
    assert has_late_pods({"subsets": [{"addresses": [{}]}, {"notReadyAddresses": [{}]}]})
    (said,) = service_problems(service, {"subsets": [{"notReadyAddresses": [{}]}]})
    assert said.startswith("Service does not target any Pods.")
