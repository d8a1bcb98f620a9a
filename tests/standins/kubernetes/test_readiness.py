import pytest

from rehearsal.standins.kubernetes.readiness import endpoints_problem, problem, targets_pods
from rehearsal.standins.values import Map


def deployment(status: Map, **spec: object) -> Map:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"generation": 2},
        "spec": {"replicas": 3, **spec},
        "status": status,
    }


ROLLED_OUT: Map = {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}


def test_a_deployment_is_ready_when_all_its_pods_are_new_and_available() -> None:
    assert problem(deployment(ROLLED_OUT)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"observedGeneration": 1}, "has not seen"),
        ({"availableReplicas": 1}, "1 of 3 replicas are available"),
        ({"updatedReplicas": 2}, "2 are of this version"),
        ({"replicas": 4}, "3 of 3 replicas"),
    ],
)
def test_a_deployment_in_between_is_not_ready(change: Map, reason: str) -> None:
    found = problem(deployment({**ROLLED_OUT, **change}))
    assert found is not None
    assert reason in found.text
    assert found.patience is None


def test_a_stalled_roll_out_is_not_borne_for_long() -> None:
    condition = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}
    found = problem(deployment({**ROLLED_OUT, "availableReplicas": 0, "conditions": [condition]}))
    assert found is not None
    assert found.text == "[ProgressDeadlineExceeded] late"
    assert found.patience is not None


def test_a_failed_job_fails_at_once() -> None:
    condition = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"}
    job: Map = {"apiVersion": "batch/v1", "kind": "Job", "status": {"conditions": [condition]}}
    found = problem(job)
    assert found is not None
    assert found.text == "the Job has failed: [BackoffLimitExceeded] too often"
    assert found.patience == 0


def test_a_quota_is_in_force_when_the_controller_has_taken_its_amounts() -> None:
    quota: Map = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"limits.cpu": "0.5"}}}
    assert problem(quota) is not None
    assert problem({**quota, "status": {"hard": {"limits.cpu": "500m"}}}) is None


def test_a_load_balancer_is_ready_with_its_address() -> None:
    service: Map = {"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer"}}
    assert problem(service) is not None
    assert problem({**service, "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}) is None


def test_a_kind_without_readiness_is_ready() -> None:
    assert problem({"apiVersion": "v1", "kind": "ConfigMap"}) is None


@pytest.mark.parametrize(
    "spec", [{}, {"selector": {"a": "b"}, "clusterIP": "None"}, {"selector": {"a": "b"}, "type": "ExternalName"}]
)
def test_a_service_without_pods_of_its_own_waits_for_none(spec: Map) -> None:
    assert not targets_pods({"spec": spec})


def test_a_service_waits_for_the_pods_that_it_selects() -> None:
    assert targets_pods({"spec": {"selector": {"a": "b"}, "clusterIP": "10.0.0.1"}})
    ready, late = {"conditions": {"ready": True}}, {"conditions": {"ready": False}}
    ending = {"conditions": {"ready": False, "terminating": True}}
    assert endpoints_problem([]) is not None
    assert endpoints_problem([{"endpoints": None}]) is None
    assert endpoints_problem([{"endpoints": [ready, ending]}]) is None
    found = endpoints_problem([{"endpoints": [ready]}, {"endpoints": [late]}])
    assert found is not None
    assert found.text.startswith("1 of the 2 pods")
