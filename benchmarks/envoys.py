"""Envoys with configurations of a page: a backend that answers at once, a proxy, one that asks the limit service."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.gateway.envoy import CERTIFICATE, PROXIES
from planning.gateway.gateway import CONTAINER_PORT, LIMIT_TIMEOUT_MS, NAMESPACE
from planning.inputs.registry.registry_entry import PluginSpec
from planning.shared import images
from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object
from rehearsal.live.images.recipes import tagged
from tests.dataplane.gateway import documents

_TYPES = "type.googleapis.com/envoy.extensions"
_FILES = "/certificate"
_ASKING = "/asking"
_ASKED_PORT = 8081
_OURS = "envoy"
"""Secret of the certificate by which Envoy Gateway's proxies ask the limit service."""
_SECRETS = (("certificate", _FILES, CERTIFICATE), ("asking", _ASKING, _OURS))


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
        chosen = {"app.kubernetes.io/name": self.name, **PROXIES}  # whom the gateway's policies let clients ask
        security = {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
        container = {
            "name": "stand-in-envoy",
            "image": tagged(images.ENVOY),
            "args": ["--config-yaml", configuration],
            "securityContext": {**security, "seccompProfile": {"type": "RuntimeDefault"}},
            "volumeMounts": [{"name": name, "mountPath": path} for name, path, _ in _SECRETS],
        }
        volumes = [{"name": name, "secret": {"secretName": of, "optional": True}} for name, _, of in _SECRETS]
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": self.name, "namespace": home},
            "spec": {
                "selector": {"matchLabels": chosen},
                "template": {
                    "metadata": {"labels": chosen},
                    "spec": {"containers": [container], "volumes": volumes},
                },
            },
        }


MINIMAL = Workload(name="minimal")
ASKING = Workload(name="asking")


def pod(spec: PluginSpec, configuration: str) -> list[Object]:
    """A plugin whose pod is such an Envoy."""
    home, deployment, service = documents.backend(spec, [])
    del deployment
    return [home, Workload(name=spec.name).deployment(namespace(spec.name), configuration), service]


def answering(**headers: str) -> str:
    """An Envoy that says 200 and a few bytes to everything, with these headers."""
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": "x" * 200}},
        "response_headers_to_add": [{"header": {"key": key, "value": value}} for key, value in headers.items()],
    }
    return json.dumps({"static_resources": {"listeners": [_listener(documents.PORT, route, {})]}})


def proxying(address: str) -> str:
    """An Envoy with TLS as the gateway's, which sends everything there."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}
    return _proxy(route, [_cluster("backend", [address], documents.PORT)], [])


def asking(address: str, limiters: Sequence[str], rule: int) -> str:
    """The same, and it asks first, as the gateway does for a request without a user: the least that a limit costs.

    limiters: addresses of the limit service. rule: of the gateway's limits, the one of clients of a pair that routes
    state; Envoy Gateway's names of its parts.
    """
    domain = f"{NAMESPACE}/limits"
    first, parts = f"{domain}/rule/{rule}", [f"rule-{rule}-match-{number}" for number in range(3)]
    keys = ((first, first), (parts[0], parts[0]), (parts[1], "asking"), (parts[2], "198.51.100.1"))
    actions = [{"generic_key": {"descriptor_key": key, "descriptor_value": value}} for key, value in keys]
    limit: dict[str, Any] = {"actions": actions}
    to = {"cluster": "backend", "rate_limits": [limit]}
    route: dict[str, Any] = {"match": {"prefix": "/"}, "route": to}
    asks = {
        "@type": f"{_TYPES}.filters.http.ratelimit.v3.RateLimit",
        "domain": domain,
        "timeout": f"{LIMIT_TIMEOUT_MS / 1000}s",
        "rate_limit_service": {
            "grpc_service": {"envoy_grpc": {"cluster_name": "limiter"}},
            "transport_api_version": "V3",
        },
        "enable_x_ratelimit_headers": "DRAFT_VERSION_03",
    }
    limiter: dict[str, Any] = _cluster("limiter", limiters, _ASKED_PORT) | {
        "transport_socket": _tls("UpstreamTlsContext", _ASKING),
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{_TYPES}.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    }
    filters = [{"name": "ratelimit", "typed_config": asks}]
    return _proxy(route, [_cluster("backend", [address], documents.PORT), limiter], filters)


def _proxy(route: dict[str, Any], clusters: list[dict[str, Any]], filters: list[dict[str, Any]]) -> str:
    listener = _listener(CONTAINER_PORT, route, {"transport_socket": _tls("DownstreamTlsContext", _FILES)}, filters)
    return json.dumps({"static_resources": {"listeners": [listener], "clusters": clusters}})


def _cluster(name: str, addresses: Sequence[str], port: int) -> dict[str, Any]:
    ends = [{"endpoint": {"address": {"socket_address": {"address": a, "port_value": port}}}} for a in addresses]
    return {"name": name, "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": ends}]}}


def _tls(context: str, folder: str) -> dict[str, Any]:
    files = {
        "certificate_chain": {"filename": f"{folder}/tls.crt"},
        "private_key": {"filename": f"{folder}/tls.key"},
    }
    typed = {
        "@type": f"{_TYPES}.transport_sockets.tls.v3.{context}",
        "common_tls_context": {"tls_certificates": [files]},
    }
    return {"name": "tls", "typed_config": typed}


def _listener(
    port: int, route: dict[str, Any], more: dict[str, Any], filters: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    router = {"name": "router", "typed_config": {"@type": f"{_TYPES}.filters.http.router.v3.Router"}}
    manager = {
        "@type": f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "all",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [*filters, router],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}], **more}
    address = {"socket_address": {"address": "0.0.0.0", "port_value": port}}  # noqa: S104  # of its pod
    return {"name": "all", "address": address, "filter_chains": [chain]}
