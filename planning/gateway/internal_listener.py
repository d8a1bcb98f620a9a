"""The gateway's listener for pods: by it plugins reach core services, which believe what the gateway says of a user.

To such a service an identity in a header is an identity, whoever wrote it. So a plugin's pods don't reach its pods, and
here they are clients as any: what they claim of a user is removed, and whose request it is, their token says.
"""

from planning.gateway.route_rules import Access, RulePlan
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.shared.naming import SYSTEM_NAMESPACES

LISTENER = "internal"
HOST = f"envoy.{SYSTEM_NAMESPACES['gateway']}.svc.cluster.local"
"""Of the Service before the proxies; a name that nobody outside of a cluster can look up."""

LISTENER_PORT = 80
CONTAINER_PORT = 10080
"""Where a proxy listens: ports below 1024 are moved up by 10,000."""

LIMITS_FACTOR = 100
"""Of the limits that clients of the site have: a pod asks for all of its users, and a user is at many pods."""

URL = f"http://{HOST}"


def through_gateway(caller: PluginSpec, callee: PluginSpec) -> bool:
    """Whether the caller's pods reach the callee here, rather than its pods: core services know one another."""
    return callee.core and not caller.core


def internal_rules(spec: PluginSpec, rules: tuple[RulePlan, ...]) -> tuple[RulePlan, ...]:
    """Of a core service: the public rules of its route, and those that take any request; streams are for browsers.

    Not of the site, whose answers below /api/v1 are for browsers too: services ask base-svc.
    """
    if not spec.core or spec.site:
        return ()
    return tuple(rule for rule in rules if rule.access in (Access.PUBLIC, Access.SESSION))


def needs_listener(spec: PluginSpec, registry: Registry) -> bool:
    """Whether the entry's pods reach somebody by it."""
    calls = spec.backend.network.calls if spec.backend else ()
    return any(through_gateway(spec, callee) for name in calls if (callee := registry.by_name.get(name)))
