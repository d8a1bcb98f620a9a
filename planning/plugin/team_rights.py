"""What a plugin's team may do inside of a cluster: change what a new version changes, and see the rest of its own.

Namespace, quotas, network policies, identity and routes are what the platform grants to a plugin: the team reads them.
"""

from dataclasses import dataclass

from planning.cluster.teams import team_group
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.pooler import NAMESPACE as POOLERS
from planning.database.pooler_config import RENEWAL
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.settings import Settings
from planning.shared.naming import namespace

_GATEWAY, _ENVOY = "gateway.networking.k8s.io", "gateway.envoyproxy.io"
_SEEN = ("get", "list", "watch")
_CHANGED = ("create", "delete", *_SEEN, "patch")
"""Server-side apply, by which all is made and changed, is a patch."""


@dataclass(frozen=True, kw_only=True)
class RightsRule:
    """A rule of a Role. names: of the objects that it is for; none: all of the namespace."""

    group: str
    kinds: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RenewalRights:
    """The one object among the poolers' that a migration changes.

    expression: what the API server holds its content to (CEL), as the poolers run it: only the plugin's own lines.
    """

    namespace: str
    object: str
    expression: str


@dataclass(frozen=True, kw_only=True)
class TeamRightsPlan:
    """group: of the team. rules: of the role in the plugin's namespace."""

    group: str
    namespace: str
    rules: tuple[RightsRule, ...]
    renewal: RenewalRights | None


RULES = (
    RightsRule(group="apps", kinds=("deployments",), verbs=_CHANGED),
    RightsRule(group="batch", kinds=("jobs",), verbs=_CHANGED),
    RightsRule(group="autoscaling", kinds=("horizontalpodautoscalers",), verbs=_CHANGED),
    RightsRule(group="policy", kinds=("poddisruptionbudgets",), verbs=_CHANGED),
    RightsRule(group="", kinds=("configmaps", "secrets", "services"), verbs=_CHANGED),
    # How a roll-out goes, and what the engine compares.
    RightsRule(group="apps", kinds=("replicasets",), verbs=_SEEN),
    RightsRule(
        group="",
        kinds=("events", "limitranges", "persistentvolumeclaims", "pods", "resourcequotas", "serviceaccounts"),
        verbs=_SEEN,
    ),
    RightsRule(group="", kinds=("namespaces", "pods/log"), verbs=("get",)),
    RightsRule(group="networking.k8s.io", kinds=("networkpolicies",), verbs=_SEEN),
    RightsRule(group=_GATEWAY, kinds=("httproutes",), verbs=_SEEN),
    RightsRule(group=_ENVOY, kinds=("backendtrafficpolicies", "securitypolicies"), verbs=_SEEN),
)


def plan_team_rights(
    *, spec: PluginSpec, settings: Settings, database: PluginDatabasePlan | None
) -> TeamRightsPlan | None:
    """None where the entry's owner is no team of naap:teams, and where nothing of it runs in a cluster."""
    if spec.owner not in settings.teams or spec.backend is None:
        return None
    return TeamRightsPlan(
        group=team_group(spec.owner),
        namespace=namespace(spec.name),
        rules=RULES,
        renewal=_renewal(database) if database and database.migrate and spec.lifecycle.serves else None,
    )


def _renewal(plan: PluginDatabasePlan) -> RenewalRights:
    """The poolers run it as a script of sed over the aliases of all plugins."""
    key = f"{plan.plugin}.{RENEWAL}"
    aliases = "|".join((plan.aliases.writer, plan.aliases.reader))
    line = rf"s/\\^({aliases}) = \\.\\*/& connect_query='select [0-9]+'/\\n"
    same = "object.metadata.labels == oldObject.metadata.labels && !has(object.binaryData)"
    own = f'object.data.all(key, key == "{key}" && object.data[key].matches("^({line})*$"))'
    return RenewalRights(namespace=POOLERS, object=f"{namespace(plan.plugin)}-migrated", expression=f"{same} && {own}")
