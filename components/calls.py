"""The doors that a plugin's callees open for it, each of them the caller's own."""

from collections.abc import Mapping

import pulumi

from components.network_policy import network_policy
from components.plugin import Plugin


def open_doors(plugins: Mapping[str, Plugin]) -> None:
    """Makes the policies that let each plugin reach those that it calls. plugins: all of a region, by name.

    It runs once all of them are there, as calls may go both ways. A policy lies in the callee's namespace and
    belongs to the caller's component: adding or removing a caller changes nothing of the callee.
    """
    houses = {plugin.plan.namespace: plugin.namespace for plugin in plugins.values() if plugin.namespace}
    for plugin in plugins.values():
        if plugin.plan.backend is None or not plugin.plan.serves:
            continue
        for policy in plugin.plan.backend.isolation.granted:
            house = houses.get(policy.namespace)
            if house is None:
                continue
            network_policy(
                f"{plugin.name}-to-{policy.namespace}",
                plan=policy,
                labels=plugin.plan.labels,
                opts=pulumi.ResourceOptions(parent=plugin, depends_on=[house]),
            )
