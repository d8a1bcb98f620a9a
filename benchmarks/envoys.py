"""Two Envoys with configurations of a page: a backend that answers at once, and a proxy that only proxies."""

import json
from dataclasses import dataclass
from typing import Any

from components.gateway_proxies import CERTIFICATE
from planning.gateway import CONTAINER_PORT
from planning.naming import namespace
from planning.spec import PluginSpec
from rehearsal.kube_api import Object
from tests.dataplane.gateway import documents

_TYPES = "type.googleapis.com/envoy.extensions"
_FILES = "/certificate"


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A Deployment of one such Envoy. name: also of its container."""

    name: str

    @property
    def selector(self) -> str:
        """Of its pods."""
        return f"app.kubernetes.io/name={self.name}"

    def deployment(self, home: str, configuration: str) -> Object:
        """With the gateway's own certificate at hand where there is one; in a hardened namespace."""
        chosen = {"app.kubernetes.io/name": self.name}
        security = {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
        container = {
            "name": "stand-in-envoy",
            "image": "none",
            "args": ["--config-yaml", configuration],
            "securityContext": {**security, "seccompProfile": {"type": "RuntimeDefault"}},
            "volumeMounts": [{"name": "certificate", "mountPath": _FILES}],
        }
        volume = {"name": "certificate", "secret": {"secretName": CERTIFICATE, "optional": True}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": self.name, "namespace": home},
            "spec": {
                "selector": {"matchLabels": chosen},
                "template": {
                    "metadata": {"labels": chosen},
                    "spec": {"containers": [container], "volumes": [volume]},
                },
            },
        }


MINIMAL = Workload(name="minimal")


def pod(spec: PluginSpec, configuration: str) -> list[Object]:
    """A plugin whose pod is such an Envoy."""
    home, deployment, service = documents.backend(spec, [])
    del deployment
    return [home, Workload(name=spec.name).deployment(namespace(spec.name), configuration), service]


def answering() -> str:
    """An Envoy that says 200 and a few bytes to everything."""
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "x" * 200}}}
    return json.dumps({"static_resources": {"listeners": [_listener(documents.PORT, route, {})]}})


def proxying(address: str) -> str:
    """An Envoy with TLS as the gateway's, which sends everything there."""
    files = {
        "certificate_chain": {"filename": f"{_FILES}/tls.crt"},
        "private_key": {"filename": f"{_FILES}/tls.key"},
    }
    tls = {
        "transport_socket": {
            "name": "tls",
            "typed_config": {
                "@type": f"{_TYPES}.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {"tls_certificates": [files]},
            },
        }
    }
    end = {"address": {"socket_address": {"address": address, "port_value": documents.PORT}}}
    cluster = {
        "name": "backend",
        "load_assignment": {"cluster_name": "backend", "endpoints": [{"lb_endpoints": [{"endpoint": end}]}]},
    }
    route = {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}
    return json.dumps(
        {"static_resources": {"listeners": [_listener(CONTAINER_PORT, route, tls)], "clusters": [cluster]}}
    )


def _listener(port: int, route: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    manager = {
        "@type": f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "all",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [{"name": "router", "typed_config": {"@type": f"{_TYPES}.filters.http.router.v3.Router"}}],
    }
    filters = [{"name": "http", "typed_config": manager}]
    address = {"socket_address": {"address": "0.0.0.0", "port_value": port}}  # noqa: S104  # of its pod
    return {"name": "all", "address": address, "filter_chains": [{"filters": filters, **more}]}
