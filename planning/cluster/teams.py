"""The role of a team, by which its plugins are deployed: who takes it, and what it may do in AWS.

It reaches what a new version changes, and nothing that decides over others: docs/decisions/rights-of-a-team.md. What it
may do inside of a cluster stands in planning/plugin/team_rights.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.shared.iam import MAX_ROLE_NAME, policy_document
from planning.shared.naming import fit, stack_prefix

_GITHUB = "token.actions.githubusercontent.com"
_BRANCH = "refs/heads/main"
SESSION_SECONDS = 3600
MAX_TRUST = 2048
"""Characters of a role's trust: IAM's limit, unless it was raised."""


@dataclass(frozen=True, kw_only=True)
class TeamPlan:
    """subjects: of the tokens that GitHub gives to the team's jobs, one a plugin. group: that Kubernetes knows it by.

    plugins, bundles: names of its entries, and of those among them that have a frontend.
    """

    name: str
    role_name: str
    subjects: tuple[str, ...]
    group: str
    plugins: tuple[str, ...]
    bundles: tuple[str, ...]


def team_group(team: str) -> str:
    """The Kubernetes group of a team. EKS refuses names that start with system:, eks:, aws:, amazon: or iam:"""
    return f"naap:team:{team}"


def plan_teams(*, stack: str, settings: Settings, registry: Registry) -> tuple[TeamPlan, ...]:
    """Every team of naap:teams.

    Raises InvalidInputError for one that owns no entry, and for one that owns more than a role can trust.
    """
    found = tuple(_plan(stack, name, team.repository, registry) for name, team in settings.teams.items())
    if problems := [problem for plan in found for problem in _problems(plan, stack, registry)]:
        raise InvalidInputError(problems)
    return found


def _plan(stack: str, name: str, repository: str, registry: Registry) -> TeamPlan:
    own = [spec for spec in registry.plugins if spec.owner == name]
    return TeamPlan(
        name=name,
        role_name=fit(f"{stack_prefix(stack)}-team-{name}", MAX_ROLE_NAME),
        subjects=tuple(f"repo:{repository}:environment:{stack}-{spec.name}" for spec in own),
        group=team_group(name),
        plugins=tuple(spec.name for spec in own),
        bundles=tuple(spec.name for spec in own if spec.frontend),
    )


def _problems(plan: TeamPlan, stack: str, registry: Registry) -> Iterator[Problem]:
    def wrong(value: str, rule: str, fix: str) -> Problem:
        file, field = f"Pulumi.{stack}.yaml", f"naap:teams.{plan.name}"
        return Problem(file=file, entry="config", field=field, value=value, rule=rule, fix=fix)

    if not plan.plugins:
        owners = ", ".join(sorted({spec.owner for spec in registry.plugins}))
        rule = f"a team owns an entry of {registry.file}; their owners are {owners}"
        fix = f"set `owner: {plan.name}` in its entries, or: pulumi config rm --path 'naap:teams.{plan.name}'"
        yield wrong(plan.name, rule, fix)
    if len(team_trust("0" * 12, plan.subjects)) > MAX_TRUST:
        rule = f"IAM takes {MAX_TRUST} characters of trust, in which each plugin's environment stands"
        yield wrong(f"{len(plan.plugins)} plugins", rule, "divide them among more teams")


def team_trust(account: str, subjects: Sequence[str]) -> str:
    """Only jobs of the GitHub environments of the team's plugins, of what is on main, take the role on."""
    return policy_document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{_GITHUB}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{_GITHUB}:aud": "sts.amazonaws.com",
                    f"{_GITHUB}:sub": list(subjects),
                    f"{_GITHUB}:ref": _BRANCH,
                }
            },
        }
    )


def team_policy(
    plan: TeamPlan, *, account: str, cluster_arns: Sequence[str], assets_arn: str, assets_key_arn: str, folder: str
) -> str:
    """What the role may do in AWS. folder: of bundles in the assets bucket.

    Of IAM it sees itself alone, which the program asks for, and changes nothing: pods' roles are the platform's.
    """
    role = f"arn:aws:iam::{account}:role/{plan.role_name}"
    bundles = {
        "Sid": "OwnBundles",
        "Effect": "Allow",
        "Action": "s3:PutObject",
        "Resource": [f"{assets_arn}/{folder}/{name}/*/*" for name in plan.bundles],
    }
    key = {
        "Sid": "BundlesKey",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": assets_key_arn,
        "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
    }
    return policy_document(
        {"Sid": "Itself", "Effect": "Allow", "Action": "iam:GetRole", "Resource": role},
        {"Sid": "Clusters", "Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": list(cluster_arns)},
        *([bundles, key] if plan.bundles else []),
    )
