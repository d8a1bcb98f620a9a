"""Who may do what in a cluster, and on whose word."""

import functools
import json
from typing import Any

from tests.components.estate import Estate, settings
from tests.components.recording import Recorded, awaited, build, of_type, one
from tests.planning import samples

CLUSTER = "aws:eks/cluster:Cluster"
ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
DEPLOYER = "arn:aws:iam::123456789012:role/deployer"
"""Who runs the program in these tests."""


@functools.cache
def records() -> list[Recorded]:
    return build(lambda: Estate(settings(1_000)))


def administrators(found: list[Recorded]) -> set[str]:
    return {entry.inputs["principalArn"] for entry in of_type(found, ENTRY) if entry.inputs["type"] == "STANDARD"}


def operated_by(*operators: str) -> list[Recorded]:
    return build(lambda: Estate(samples.settings(1_000, stated={"operators": operators})))


def test_making_a_cluster_gives_no_rights_in_it() -> None:
    cluster = one(records(), CLUSTER)
    assert cluster.inputs["accessConfig"]["bootstrapClusterCreatorAdminPermissions"] is False
    assert cluster.ignore_changes == ("accessConfig.bootstrapClusterCreatorAdminPermissions",), (
        "or it would be replaced"
    )


def test_whoever_makes_the_cluster_can_be_an_operator_like_any_other() -> None:
    both = ("arn:aws:iam::123456789012:role/operator", DEPLOYER)
    assert administrators(operated_by(*both)) == set(both)


def test_where_no_operator_is_named_it_is_whoever_runs_this() -> None:
    assert administrators(operated_by()) == {DEPLOYER}


def test_nothing_is_made_inside_before_the_operators_are_let_in() -> None:
    found = records()
    let_in = [record.urn for record in of_type(found, ASSOCIATION) if "-operator-" in record.name]
    (provider,) = of_type(found, "pulumi:providers:kubernetes")
    assert let_in
    assert awaited(found, provider) >= set(let_in)


def test_a_changed_tag_reaches_machines_and_volumes_of_this_cluster_only() -> None:
    policy = one(records(), "aws:iam/rolePolicy:RolePolicy", "use1-cluster-roles-control-plane-tags").inputs["policy"]
    (changed,) = [found for found in json.loads(policy)["Statement"] if "ec2:DeleteTags" in found["Action"]]
    assert changed["Action"] == ["ec2:CreateTags", "ec2:DeleteTags"]
    own: dict[str, Any] = changed["Condition"]["StringEquals"]
    assert own == {"aws:ResourceTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    assert {"arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:volume/*"} <= set(changed["Resource"])
