"""A stand-in of metrics-server and of the metrics adapter: both metrics APIs, with loads that a test states.

The API server reaches it as it reaches the real ones, through an APIService. What is measured is made up: the whole
load of a namespace, shared out evenly over its ready pods.
"""

import contextlib
import datetime as dt
import json
import ssl
import threading
from collections import Counter
from collections.abc import Generator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from analysis.simulation.hpa import Load
from planning.observability.metrics.queue_depth import METRIC, METRIC_SELECTOR
from rehearsal.control_plane.kube_api import KubeApi, has_condition
from rehearsal.control_plane.pki import Pki

RESOURCES, EXTERNAL = "metrics.k8s.io", "external.metrics.k8s.io"
SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
PLACE = "kube-system"
NAME = "played-metrics"


class MetricsApis(ThreadingHTTPServer):
    """loads: by namespace. asked: how often an autoscaler asked for the CPU or memory of a namespace's pods."""

    daemon_threads = True

    def __init__(self, api: KubeApi, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self.loads: Mapping[str, Load] = {}
        self.asked: Counter[str] = Counter()
        pki = Pki(folder, "127.0.0.1")
        pki.make()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.server.certificate, pki.server.key)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @contextlib.contextmanager
    def serving(self) -> Generator[None]:
        """Registered with the API server, and gone from it at the end: one that is left behind holds up namespaces."""
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            self._register()
            yield
        finally:
            for group in (RESOURCES, EXTERNAL):
                self.api.request("DELETE", f"{SERVICES}/v1beta1.{group}")
            self.api.request("DELETE", f"/api/v1/namespaces/{PLACE}/services/{NAME}")
            self.shutdown()
            self.server_close()
            thread.join()

    def available(self) -> bool:
        """Whether the API server has found both."""
        return all(
            has_condition(self.api.request("GET", f"{SERVICES}/v1beta1.{group}"), "Available")
            for group in (RESOURCES, EXTERNAL)
        )

    def _register(self) -> None:
        spec = {"type": "ExternalName", "externalName": "localhost"}
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME}, "spec": spec}
        self.api.request("POST", f"/api/v1/namespaces/{PLACE}/services", service)
        for group in (RESOURCES, EXTERNAL):
            spec = {
                "group": group,
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
                "service": {"namespace": PLACE, "name": NAME, "port": self.server_address[1]},
            }
            metadata = {"name": f"v1beta1.{group}"}
            kind = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService"}
            self.api.request("POST", SERVICES, {**kind, "metadata": metadata, "spec": spec})


class _Handler(BaseHTTPRequestHandler):
    server: MetricsApis  # pyright: ignore[reportIncompatibleVariableOverride]  # always started by it
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # named by the library
        address = urlsplit(self.path)
        selector = parse_qs(address.query).get("labelSelector", [""])[0]
        body = json.dumps(self._answer(address.path.split("/"), selector)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, path: list[str], selector: str) -> Mapping[str, Any]:
        match path:
            case ["", "apis", str(group), "v1beta1", "namespaces", str(namespace), "pods"] if group == RESOURCES:
                self.server.asked[namespace] += 1
                return {
                    "kind": "PodMetricsList",
                    "apiVersion": f"{group}/v1beta1",
                    "items": self._pods(namespace, selector),
                }
            case ["", "apis", str(group), "v1beta1", "namespaces", str(namespace), str(metric)] if group == EXTERNAL:
                asked = dict(part.split("=") for part in selector.split(","))
                known = metric == METRIC and asked == dict(METRIC_SELECTOR)
                value = {
                    "metricName": metric,
                    "metricLabels": asked,
                    "timestamp": _now(),
                    "value": f"{self.server.loads[namespace].queue:g}",
                }
                items = [value] if known else []
                return {"kind": "ExternalMetricValueList", "apiVersion": f"{group}/v1beta1", "items": items}
            case ["", "apis", str(group), "v1beta1"]:
                return {
                    "kind": "APIResourceList",
                    "apiVersion": "v1",
                    "groupVersion": f"{group}/v1beta1",
                    "resources": [],
                }
            case _:
                return {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}

    def _pods(self, namespace: str, selector: str) -> list[Mapping[str, Any]]:
        found = self.server.api.request("GET", f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector)["items"]
        ready = [pod for pod in found if has_condition(pod, "Ready")]
        load = self.server.loads[namespace]
        shares = zip(ready, _shared(load.cpu_m, len(ready)), _shared(load.memory_mib * 1024, len(ready)), strict=True)
        return [
            {
                "metadata": {"name": pod["metadata"]["name"], "namespace": namespace},
                "timestamp": _now(),
                "window": "1s",
                "containers": [{"name": "c", "usage": {"cpu": f"{cpu}m", "memory": f"{memory}Ki"}}],
            }
            for pod, cpu, memory in shares
        ]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the library
        """Says nothing."""


def _shared(total: int, parts: int) -> list[int]:
    """Whole numbers that add up to the total, as equal as they can be."""
    return [total * (part + 1) // parts - total * part // parts for part in range(parts)]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
