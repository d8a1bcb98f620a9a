"""Which pods belong into a target group, by what the API server answers."""

from collections.abc import Mapping
from typing import Any, cast

from rehearsal.control_plane.kube_api import KubeApi
from rehearsal.live.edge.registration import addresses

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/naap/0123456789abcdef"
PORTS = [{"name": "http", "port": 8080}, {"name": "https-443", "port": 10443}]


class Answers:
    """An API server that answers each path with a list."""

    def __init__(self, **changes: Any) -> None:
        self.binding = {"targetGroupARN": ARN, "serviceRef": {"name": "envoy", "port": 443}} | changes
        self.slices = [_slice("10.64.17.2", ready=True), _slice("10.64.81.2", ready=False)]
        self.selectors: list[str] = []

    def request(self, _method: str, path: str, **query: str) -> Mapping[str, Any]:
        if path.endswith("/targetgroupbindings"):
            return {"items": [{"metadata": {"namespace": "naap-gateway"}, "spec": self.binding}]}
        if path == "/api/v1/namespaces/naap-gateway/services/envoy":
            return {"spec": {"ports": [{"name": "https-443", "port": 443}, {"name": "http", "port": 80}]}}
        assert path == "/apis/discovery.k8s.io/v1/namespaces/naap-gateway/endpointslices"
        self.selectors.append(query["labelSelector"])
        return {"items": self.slices}


def _slice(address: str, *, ready: bool) -> dict[str, Any]:
    return {"ports": PORTS, "endpoints": [{"addresses": [address], "conditions": {"ready": ready}}]}


def found(answers: Answers) -> set[str]:
    return addresses(cast("KubeApi", answers), ARN)


def test_a_ready_pod_is_a_target_at_the_port_that_its_service_leads_to() -> None:
    answers = Answers()
    assert found(answers) == {"10.64.17.2:10443"}
    assert answers.selectors == ["kubernetes.io/service-name=envoy"]


def test_a_binding_of_another_group_or_of_a_port_that_the_service_does_not_have_gives_no_target() -> None:
    assert found(Answers(targetGroupARN=f"{ARN}0")) == set()
    assert found(Answers(serviceRef={"name": "envoy", "port": 8443})) == set()


def test_slices_without_endpoints_or_ports_are_passed_over() -> None:
    answers = Answers()
    answers.slices += [{"ports": None, "endpoints": None}, {"endpoints": [{"addresses": ["10.64.1.9"]}]}]
    assert found(answers) == {"10.64.17.2:10443"}
