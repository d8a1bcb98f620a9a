"""CloudFront Functions: pages of the shell, and with several regions the choice between them."""

import pulumi
from pulumi_aws import cloudfront

from components.shared.component import Component
from planning.edge.cdn import ACTIVE_KEY, CdnPlan
from planning.edge.functions import RUNTIME
from planning.shared.tags import Tags


class CdnFunctions(Component, token="naap:platform:CdnFunctions"):
    """Handles, ARNs: health; site and routers, a list each, which is empty where nothing is to be done."""

    def __init__(self, name: str, *, plan: CdnPlan, tags: Tags, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._cdn, self._tags = name, plan, tags.of("cdn")
        self.site = [self._function("site", code, None) for code in _stated(plan.site_function)]
        self.health = self._function("health", plan.health_function, None)
        self.routers = [self._function("router", code, self._store()) for code in _stated(plan.router_function)]

    def _function(self, part: str, code: str, store: pulumi.Input[str] | None) -> pulumi.Output[str]:
        return cloudfront.Function(
            f"{self._name}-{part}",
            name=self._cdn.policy_name(part),
            runtime=RUNTIME,
            code=code,
            publish=True,
            key_value_store_associations=[store] if store is not None else None,
            tags=self._tags,
            opts=self.child(),
        ).arn

    def _store(self) -> pulumi.Output[str]:
        store = cloudfront.KeyValueStore(
            f"{self._name}-regions",
            name=self._cdn.policy_name("regions"),
            comment="Which region takes requests first",
            tags=self._tags,
            opts=self.child(),
        )
        cloudfront.KeyvaluestoreKey(
            f"{self._name}-active-region",
            key_value_store_arn=store.arn,
            key=ACTIVE_KEY,
            value=self._cdn.home.code,
            # Changed by a failover, which the next update must not undo.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["value"]),
        )
        return store.arn


def _stated(code: str | None) -> list[str]:
    return [code] if code else []
