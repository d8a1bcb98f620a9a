"""A user of one cache: its password, its access string, its place in the cache's user group.

It joins by an association of its own, so that a plugin that comes or goes changes nothing that others have.
"""

import pulumi
from pulumi_aws import elasticache

from components.secrets import RootSecret
from planning.caches import CacheUserPlan
from planning.tags import Tags

PURPOSE = "cache"
_TIMEOUTS = pulumi.CustomTimeouts(create="60m", delete="60m")
"""A group takes one change at a time, and each waits for those before it."""


class CacheUser(pulumi.ComponentResource):
    """The user of a plugin, or of the limiter.

    cache: whose group it joins; first made, as AWS makes no cache of a group that is being changed.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: CacheUserPlan,
        group_id: pulumi.Input[str],
        cache: pulumi.Resource,
        secrets: RootSecret,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:CacheUser", name, None, opts)
        password = secrets.derive(owner=plan.owner, purpose=PURPOSE, generation=plan.generation)
        user = elasticache.User(
            f"{name}-account",
            engine="valkey",
            user_id=plan.user_id,
            user_name=plan.name,
            access_string=plan.access,
            authentication_mode=elasticache.UserAuthenticationModeArgs(type="password", passwords=[password]),
            tags=tags.of("cache", plugin=plan.plugin),
            opts=pulumi.ResourceOptions(parent=self),
        )
        elasticache.UserGroupAssociation(
            f"{name}-membership",
            user_group_id=group_id,
            user_id=user.user_id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[cache], custom_timeouts=_TIMEOUTS),
        )
        self.register_outputs({})
