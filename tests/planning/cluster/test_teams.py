"""Teams that deploy their own plugins: who takes their role, and how little it may do in AWS."""

from dataclasses import replace

import pytest

from planning.cluster.teams import TeamPlan, plan_teams, team_policy, team_trust
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.teams import Team
from tests.planning.iam_evaluation import allowed, trusts
from tests.planning.samples import altered, plugin, settings, three_plugins

ACCOUNT = "123456789012"
ASSETS, UPLOADS, STATE = "arn:aws:s3:::assets", "arn:aws:s3:::uploads", "arn:aws:s3:::naap-state"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/storage"
CLUSTER = f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/naap-dev-use1"
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
GITHUB = "token.actions.githubusercontent.com"
VIA_S3 = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
TEAMS = {"wallet-team": Team(repository="acme/naap"), "community-team": Team(repository="acme/naap")}


def owned() -> Registry:
    found = [altered(spec, owner=OWNERS.get(spec.name, "platform")) for spec in three_plugins().plugins]
    return Registry(file="plugins/registry.yaml", plugins=tuple(found))


OWNERS = {"my-wallet": "wallet-team", "community": "community-team"}


def teams() -> dict[str, TeamPlan]:
    found = plan_teams(stack="dev", settings=settings(stated={"teams": TEAMS}), registry=owned())
    return {team.name: altered_bundles(team) for team in found}


def altered_bundles(team: TeamPlan) -> TeamPlan:
    """As if each of its plugins had a frontend."""
    return replace(team, bundles=team.plugins)


def policy(name: str) -> str:
    return team_policy(
        teams()[name],
        account=ACCOUNT,
        cluster_arns=[CLUSTER],
        assets_arn=ASSETS,
        assets_key_arn=KEY,
        folder="bundles",
    )


def claims(**changed: str) -> dict[str, str]:
    stated = {"aud": "sts.amazonaws.com", "sub": "repo:acme/naap:environment:dev-my-wallet", "ref": "refs/heads/main"}
    return {f"{GITHUB}:{name}": value for name, value in (stated | changed).items()}


def test_a_team_owns_the_entries_whose_owner_it_is() -> None:
    assert {name: team.plugins for name, team in teams().items()} == {
        "wallet-team": ("my-wallet",),
        "community-team": ("community",),
    }


def test_where_no_team_is_named_there_is_none() -> None:
    assert plan_teams(stack="dev", settings=settings(), registry=owned()) == ()


def test_a_team_without_an_entry_is_refused_with_the_owners_that_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"naap:teams\.walet-team.*\n.*community-team, platform, wallet-team"):
        plan_teams(
            stack="dev", settings=settings(stated={"teams": {"walet-team": TEAMS["wallet-team"]}}), registry=owned()
        )


def test_more_plugins_than_a_role_can_trust_are_refused() -> None:
    many = Registry(file="r.yaml", plugins=tuple(altered(plugin(f"p-{n}"), owner="wallet-team") for n in range(60)))
    stated = {"wallet-team": TEAMS["wallet-team"]}
    with pytest.raises(InvalidInputError, match=r"60 plugins\n.*2048 characters"):
        plan_teams(stack="dev", settings=settings(stated={"teams": stated}), registry=many)


@pytest.mark.parametrize(
    ("changed", "let_in"),
    [
        ({}, True),
        ({"sub": "repo:acme/naap:environment:dev-community"}, False),
        ({"sub": "repo:acme/naap:environment:prod-my-wallet"}, False),
        ({"sub": "repo:acme/naap:pull_request"}, False),
        ({"sub": "repo:other/naap:environment:dev-my-wallet"}, False),
        ({"ref": "refs/heads/mine"}, False),
        ({"ref": "refs/pull/12/merge"}, False),
        ({"aud": "somebody-else"}, False),
    ],
)
def test_only_jobs_of_its_environment_and_of_main_take_a_teams_role(changed: dict[str, str], *, let_in: bool) -> None:
    trust = team_trust(ACCOUNT, teams()["wallet-team"].subjects)
    assert trusts(trust, claims(**changed)) is let_in


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", f"{ASSETS}/bundles/my-wallet/1.2.0/my-wallet.js"),
        ("eks:DescribeCluster", CLUSTER),
        ("iam:GetRole", f"{ROLES}/naap-dev-team-wallet-team"),
    ],
)
def test_a_team_may_do_what_a_new_version_takes(action: str, resource: str) -> None:
    assert allowed(policy("wallet-team"), action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", f"{ASSETS}/bundles/community/1.2.0/community.js"),
        ("s3:PutObject", f"{ASSETS}/bundles/my-wallet-two/1.0.0/my-wallet.js"),
        ("s3:PutObject", f"{ASSETS}/bundles/my-wallet/current.json"),
        ("s3:PutObject", f"{ASSETS}/bundles/registry.json"),
        ("s3:PutObject", f"{ASSETS}/index.html"),
        ("s3:DeleteObject", f"{ASSETS}/bundles/my-wallet/1.2.0/my-wallet.js"),
        ("s3:PutBucketPolicy", ASSETS),
        ("s3:GetObject", f"{UPLOADS}/community/a.png"),
        ("s3:PutObject", f"{UPLOADS}/community/a.png"),
        ("s3:GetObject", f"{STATE}/.pulumi/stacks/naap/dev.json"),
        ("s3:PutObject", f"{STATE}/.pulumi/stacks/naap/dev.json"),
        ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/state"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:naap-dev-shard-0"),
        ("elasticache:ModifyUser", f"arn:aws:elasticache:us-east-1:{ACCOUNT}:user:naap-dev-use1-app-community"),
        ("iam:PutRolePolicy", f"{ROLES}/naap-dev-use1-plugin-community-community"),
        ("iam:PutRolePolicy", f"{ROLES}/naap-dev-use1-plugin-my-wallet-my-wallet"),
        ("iam:PutRolePolicy", f"{ROLES}/naap-dev-team-wallet-team"),
        ("iam:AttachRolePolicy", f"{ROLES}/naap-dev-team-wallet-team"),
        ("iam:UpdateAssumeRolePolicy", f"{ROLES}/naap-dev-team-wallet-team"),
        ("iam:CreateRole", f"{ROLES}/mine"),
        ("iam:PassRole", f"{ROLES}/naap-dev-use1-node"),
        ("sts:AssumeRole", f"{ROLES}/naap-dev-team-community-team"),
        ("sts:AssumeRole", f"{ROLES}/naap-dev-update"),
        ("eks:CreateAccessEntry", CLUSTER),
        ("eks:UpdateAccessEntry", CLUSTER),
        ("eks:AssociateAccessPolicy", CLUSTER),
        ("eks:CreatePodIdentityAssociation", CLUSTER),
    ],
)
def test_a_team_changes_nothing_of_others_and_raises_itself_by_nothing(action: str, resource: str) -> None:
    assert not allowed(policy("wallet-team"), action, resource, VIA_S3 | {"iam:PassedToService": "ec2.amazonaws.com"})


def test_the_key_of_the_buckets_opens_nothing_but_through_s3() -> None:
    assert allowed(policy("wallet-team"), "kms:GenerateDataKey", KEY, VIA_S3)
    assert not allowed(policy("wallet-team"), "kms:Decrypt", KEY)
