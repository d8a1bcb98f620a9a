"""Teams that deploy their own plugins: what that adds to an environment, and what the policy pack makes of less."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from planning.inputs.teams import Team
from policies.rule import Resource, Stack
from tests.build.conftest import Builder, Built
from tests.build.environments import Environment, build, plan
from tests.build.judged import judge_for, resource_of
from tests.planning.roles import actions, policies

SIZE = Environment(users=1_000, production=False)
OWNER = "platform"
ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
GUARD = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
AWS_ROLE = "aws:iam/role:Role"
MORE = {"resources": ["roles"], "verbs": ["patch"]}


@pytest.fixture(scope="module")
def let_in(tmp_path_factory: pytest.TempPathFactory) -> Built:
    planned = plan(SIZE, tmp_path_factory.mktemp("teams"), teams={OWNER: Team(repository="acme/naap")})
    return Built(plan=planned, preview=build(planned, preview=True), update=build(planned), derived=frozenset())


def resources(made: Built) -> list[Resource]:
    return [resource_of(record) for record in made.update.records]


def findings(made: Built, found: list[Resource]) -> list[str]:
    judge = judge_for(made)
    said = [finding.message for resource in found for finding in judge.on_resource(resource)]
    return said + [finding.message for finding in judge.on_stack(Stack(found))]


def test_a_team_adds_its_role_its_entries_and_its_rights_and_changes_nothing_else(
    let_in: Built, built: Builder
) -> None:
    without = {record.urn: record.inputs for record in built(SIZE).update.records}
    given = {record.urn: record for record in let_in.update.records}
    assert {urn: given[urn].inputs for urn in without} == without
    added = [record for urn, record in given.items() if urn not in without]
    assert {record.type for record in added if record.custom} == {
        "aws:eks/accessEntry:AccessEntry",
        AWS_ROLE,
        "aws:iam/rolePolicy:RolePolicy",
        ROLE,
        BINDING,
        GUARD,
        f"{GUARD}Binding",
    }
    assert {record.urn for record in let_in.preview.records} == given.keys()


def test_a_team_is_a_group_in_every_cluster_and_an_administrator_of_none(let_in: Built) -> None:
    (entry,) = [record for record in let_in.update.records if record.inputs.get("kubernetesGroups")]
    assert entry.inputs["kubernetesGroups"] == ["naap:team:platform"]
    associated = [record for record in let_in.update.records if "AccessPolicyAssociation" in record.type]
    assert entry.inputs["principalArn"] not in {record.inputs["principalArn"] for record in associated}


def test_the_role_that_is_built_may_do_what_the_plan_states(let_in: Built) -> None:
    (policy,) = [record for record in let_in.update.records if record.name == "team-platform-policy"]
    assert actions(policy.inputs["policy"]) == actions(policies()["team"])
    assert '"Resource": "*"' not in policy.inputs["policy"]


def test_the_policy_pack_finds_nothing_amiss_with_teams(let_in: Built) -> None:
    assert findings(let_in, resources(let_in)) == []


Change = Callable[[Resource], Resource | None]


def _with(change: Callable[[Any], None]) -> Change:
    def changed(resource: Resource) -> Resource:
        props = json.loads(json.dumps(resource.props))
        change(props)
        return replace(resource, props=props)

    return changed


def _condition_gone(props: dict[str, Any]) -> None:
    document = json.loads(props["assumeRolePolicy"])
    del document["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    props["assumeRolePolicy"] = json.dumps(document)


def _gone(_: dict[str, Any]) -> None:
    """Takes the whole resource away."""


@pytest.mark.parametrize(
    ("kind", "name", "change", "said"),
    [
        (ROLE, "-rights", _with(lambda props: props["rules"][0]["resources"].append("networkpolicies")), "platform"),
        (ROLE, "-rights", _with(lambda props: props["rules"].append(MORE)), "roles"),
        (ROLE, "-renewal", _with(lambda props: props["rules"][0].pop("resourceNames")), "no resourceNames"),
        (BINDING, "-rights-binding", _with(lambda props: props["roleRef"].update(kind="ClusterRole")), "roleRef"),
        (GUARD, "-guard", _gone, "no ValidatingAdmissionPolicy"),
        (GUARD, "-guard", _with(lambda props: props["spec"].update(failurePolicy="Ignore")), "no ValidatingAdmission"),
        (f"{GUARD}Binding", "-binding", _with(lambda props: props["spec"].update(validationActions=["Audit"])), "no V"),
        (AWS_ROLE, "team-platform-role", _with(_condition_gone), "StringEquals on sub"),
    ],
)  # fmt: skip
def test_the_policy_pack_sees_a_team_that_may_do_more(
    let_in: Built, kind: str, name: str, change: Change, said: str
) -> None:
    found = resources(let_in)
    chosen = next(resource for resource in found if resource.type == kind and resource.name.endswith(name))
    others = [resource for resource in found if resource is not chosen]
    kept = change(chosen)
    messages = findings(let_in, [*others, *([kept] if kept else [])])
    assert messages
    assert all(said in message for message in messages), messages


def test_rights_for_a_group_in_every_namespace_are_refused(let_in: Built) -> None:
    found = resources(let_in)
    like = next(
        resource for resource in found if resource.type == BINDING and resource.name.endswith("-rights-binding")
    )
    everywhere = replace(like, type="kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", urn="urn:x", name="x")
    assert any("every namespace" in message for message in findings(let_in, [*found, everywhere]))
