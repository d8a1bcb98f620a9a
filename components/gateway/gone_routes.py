"""Routes of plugins that have stopped, in the gateway's own namespace: it answers 410 there itself."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import pulumi

from components.gateway.envoy import the_listener
from components.shared.component import Component
from components.shared.custom_resource import ENVOY, ENVOY_GROUP, GATEWAY, custom
from planning.gateway.gateway import NAMESPACE
from planning.gateway.gone_routes import GoneRoutesPlan
from planning.shared.labels import labels


class GoneRoutes(Component, token="naap:platform:StoppedPlugin"):
    """410 at the prefixes of one plugin. Each has objects of its own, so that stopping one touches no other's.

    after: the gateway, whose release brings the definitions.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: GoneRoutesPlan,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._plan = name, plan
        answer = self._add("answer", (ENVOY, "HTTPRouteFilter"), _answer(), after)
        self._add("route", (GATEWAY, "HTTPRoute"), _route(plan), [answer])

    def _add(
        self, suffix: str, kind: tuple[str, str], spec: Mapping[str, Any], after: Sequence[pulumi.Resource]
    ) -> pulumi.Resource:
        """kind: with its API version first."""
        return custom(
            f"{self._name}-{suffix}",
            api_version=kind[0],
            kind=kind[1],
            name=self._plan.name,
            namespace=NAMESPACE,
            labels=labels("stopped", self._plan.name),
            spec=spec,
            opts=self.child(*after),
        )


def _answer() -> dict[str, Any]:
    """Without a body: the gateway gives this answer that of its errors."""
    return {"directResponse": {"statusCode": HTTPStatus.GONE.value}}


def _route(plan: GoneRoutesPlan) -> dict[str, Any]:
    reference = {"group": ENVOY_GROUP, "kind": "HTTPRouteFilter", "name": plan.name}
    rule = {
        "name": "stopped",
        "matches": [{"path": {"type": "PathPrefix", "value": prefix}} for prefix in plan.prefixes],
        "filters": [{"type": "ExtensionRef", "extensionRef": reference}],
    }
    return {"parentRefs": [the_listener()], "hostnames": list(plan.hosts), "rules": [rule]}
