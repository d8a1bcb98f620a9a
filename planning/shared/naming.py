"""Every name that leaves the program, within the limits of the system that it is given to."""

import hashlib

from planning.shared.regions import region_code

MAX_PLUGIN_NAME = 32
"""Leaves room for the suffixes of its objects within a DNS label (63) and of its roles within PostgreSQL's 63."""

MAX_STACK_NAME = 20
"""Leaves room for prefix, region and noun within the 63 of a database identifier."""


def fit(name: str, limit: int) -> str:
    """The name itself where it fits, else its start and a hash of all of it: stable, and distinct from its like."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 7].rstrip('-_')}-{stamp(name, digits=6)}"


def stamp(*texts: str, digits: int = 10) -> str:
    """Hexadecimal digits that say what something holds: the part of a name, or of a pod, that changes with it."""
    return hashlib.sha256("\x00".join(texts).encode()).hexdigest()[:digits]


def stack_prefix(stack: str) -> str:
    """First part of every physical name of an environment."""
    return f"naap-{stack}"


def regional(stack: str, region: str) -> str:
    """First part of the physical names of one region; account-wide names (IAM) can't clash between regions."""
    return f"{stack_prefix(stack)}-{region_code(region)}"


def namespace(plugin: str) -> str:
    """Kubernetes namespace of a plugin."""
    return f"plugin-{plugin}"


def sql_name(plugin: str) -> str:
    """The plugin's name as an unquoted SQL identifier."""
    return plugin.replace("-", "_")


SYSTEM_NAMESPACES = {
    "gateway": "naap-gateway",
    "pooler": "naap-pooler",
    "schema": "naap-schema",
    "observability": "naap-observability",
}
"""Namespaces of the platform's own parts in every cluster."""


def canary_name(plugin: str) -> str:
    """Of a plugin's canary: its Deployment, Service, autoscaler and disruption budget."""
    return f"{plugin}-canary"


def service_url(plugin: str) -> str:
    """Where other plugins reach a plugin's Service."""
    return f"http://{plugin}.{namespace(plugin)}.svc.cluster.local"


def pooler_host(shard: int) -> str:
    """Name of the Service before a shard's poolers."""
    return f"pooler-{shard}.{SYSTEM_NAMESPACES['pooler']}.svc.cluster.local"
