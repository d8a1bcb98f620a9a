"""What a plugin's team may do in a cluster: a role in the plugin's namespace, and one for the mark of a migration."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import admissionregistration, meta, rbac

from components.shared.component import Component
from planning.plugin.team_rights import RenewalRights, RightsRule, TeamRightsPlan
from planning.shared.labels import NAMESPACE_LABEL

_GROUP = "rbac.authorization.k8s.io"
_ROLE = "team"
_REFUSED = "a team writes into the poolers' namespace only what makes its own plugin's connections new"


class PluginTeam(Component, token="naap:platform:PluginTeam"):
    """after: the plugin's namespace. renewed: the object among the poolers' that its migrations change."""

    def __init__(
        self,
        name: str,
        *,
        plugin: str,
        plan: TeamRightsPlan,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        renewed: pulumi.Resource | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._plugin, self._plan, self._labels = name, plugin, plan, labels
        self._role("rights", plan.namespace, _ROLE, plan.rules, after)
        if plan.renewal and renewed:
            guard = self._guard(plan.renewal)
            own = RightsRule(group="", kinds=("configmaps",), verbs=("get", "patch"), names=(plan.renewal.object,))
            # Never without what holds its content.
            self._role("renewal", plan.renewal.namespace, f"{_ROLE}-{plugin}", (own,), [renewed, *guard])

    def _role(
        self, part: str, namespace: str, name: str, rules: Sequence[RightsRule], after: Sequence[pulumi.Resource]
    ) -> None:
        metadata = meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=self._labels)
        role = rbac.v1.Role(
            f"{self._name}-{part}",
            metadata=metadata,
            rules=[
                rbac.v1.PolicyRuleArgs(
                    api_groups=[rule.group],
                    resources=list(rule.kinds),
                    verbs=list(rule.verbs),
                    resource_names=list(rule.names) or None,
                )
                for rule in rules
            ],
            opts=self.child(*after),
        )
        rbac.v1.RoleBinding(
            f"{self._name}-{part}-binding",
            metadata=metadata,
            role_ref=rbac.v1.RoleRefArgs(api_group=_GROUP, kind="Role", name=name),
            subjects=[rbac.v1.SubjectArgs(api_group=_GROUP, kind="Group", name=self._plan.group)],
            opts=self.child(role),
        )

    def _guard(self, renewal: RenewalRights) -> list[pulumi.Resource]:
        """The API server refuses what the team writes there, if it isn't what the program would write."""
        metadata = meta.v1.ObjectMetaArgs(name=f"naap-{_ROLE}-{self._plugin}", labels=self._labels)
        policy = admissionregistration.v1.ValidatingAdmissionPolicy(
            f"{self._name}-guard",
            metadata=metadata,
            spec=admissionregistration.v1.ValidatingAdmissionPolicySpecArgs(
                failure_policy="Fail",
                match_constraints=admissionregistration.v1.MatchResourcesArgs(
                    namespace_selector=meta.v1.LabelSelectorArgs(match_labels={NAMESPACE_LABEL: renewal.namespace}),
                    resource_rules=[
                        admissionregistration.v1.NamedRuleWithOperationsArgs(
                            api_groups=[""],
                            api_versions=["v1"],
                            operations=["UPDATE"],
                            resources=["configmaps"],
                            resource_names=[renewal.object],
                        )
                    ],
                ),
                match_conditions=[
                    admissionregistration.v1.MatchConditionArgs(
                        name=_ROLE, expression=f'"{self._plan.group}" in request.userInfo.groups'
                    )
                ],
                validations=[admissionregistration.v1.ValidationArgs(expression=renewal.expression, message=_REFUSED)],
            ),
            opts=self.child(),
        )
        binding = admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            f"{self._name}-guard-binding",
            metadata=metadata,
            spec=admissionregistration.v1.ValidatingAdmissionPolicyBindingSpecArgs(
                policy_name=f"naap-{_ROLE}-{self._plugin}", validation_actions=["Deny"]
            ),
            opts=self.child(policy),
        )
        return [policy, binding]
