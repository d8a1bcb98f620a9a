"""What registers pods with a target group: the cluster's TargetGroupBinding for it, and the endpoints of its Service.

On EKS Auto Mode a controller of AWS does it. It is asked each second: a pod that ends is out before its proxy, which
lives on for LEAST_DRAIN_SECONDS, stops taking connections.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import requests

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object

_BINDINGS = "/apis/eks.amazonaws.com/v1/targetgroupbindings"
_SLICES = "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices"
EVERY_SECONDS = 1.0


def addresses(api: KubeApi, arn: str) -> set[str]:
    """Address and port of each pod that belongs into a target group. Raises RehearsalError."""
    found: set[str] = set()
    for binding in api.request("GET", _BINDINGS)["items"]:
        if binding["spec"]["targetGroupARN"] == arn:
            found |= _behind(api, binding["metadata"]["namespace"], binding["spec"]["serviceRef"])
    return found


def _behind(api: KubeApi, namespace: str, service: Mapping[str, Any]) -> set[str]:
    stated = api.request("GET", f"/api/v1/namespaces/{namespace}/services/{service['name']}")
    name = next((port.get("name", "") for port in stated["spec"]["ports"] if port["port"] == service["port"]), None)
    selector = f"kubernetes.io/service-name={service['name']}"
    slices = api.request("GET", _SLICES.format(namespace), labelSelector=selector)["items"]
    return set(_ready(slices, name))


def _ready(slices: Sequence[Object], port: str | None) -> Iterator[str]:
    for one in slices:
        numbers = [found["port"] for found in one.get("ports") or () if (found.get("name") or "") == port]
        for endpoint in one.get("endpoints") or ():
            if numbers and endpoint.get("conditions", {}).get("ready"):
                yield f"{endpoint['addresses'][0]}:{numbers[0]}"


def watch(clusters: Sequence[KubeApi], arns: Sequence[str], told: Callable[[str, set[str]], None]) -> None:
    """Tells the targets of each group, in a thread of its own, for as long as this process runs.

    A control plane that doesn't answer changes nothing.
    """
    pause = threading.Event()

    def run() -> None:
        while True:
            for arn in arns:
                with suppress(RehearsalError, requests.RequestException):
                    told(arn, set[str]().union(*(addresses(api, arn) for api in clusters)))
            pause.wait(EVERY_SECONDS)

    threading.Thread(target=run, daemon=True).start()
