"""Who asks, against who may work in the clusters."""

import re

from doctor.facts.account import Caller
from doctor.finding import Check, Finding, Unanswered

DOCUMENTATION_ACCOUNT = ":123456789012:"
_ASSUMED = re.compile(r"arn:aws[\w-]*:sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/")


def judge_caller(stack: str, operators: tuple[str, ...], caller: Caller | Unanswered) -> Finding:
    """operators: as the settings name them; none: whoever runs `up`."""
    check = Check(
        name="operators",
        rule="who runs `up` is among naap:operators: else Kubernetes refuses all that it makes in the clusters",
        file=f"Pulumi.{stack}.yaml",
        entry="config",
        field="naap:operators",
    )
    if isinstance(caller, Unanswered):
        return check.skipped(caller)
    if caller.arn.endswith(":root"):
        return check.stops(
            f"{caller.arn}: the account's root user", "run with a role; EKS takes no access entry for the root user"
        )
    principal = _principal(caller.arn)
    fix = f"pulumi config set --path 'naap:operators[{len(operators)}]' {principal}"
    if placeholders := [name for name in operators if DOCUMENTATION_ACCOUNT in name and caller.account not in name]:
        stands = f"pulumi config set --path 'naap:operators[{operators.index(placeholders[0])}]' {principal}"
        return check.stops(f"{placeholders[0]}: an account of AWS's documentation, which stands for yours", stands)
    if not operators:
        return check.warns(f"none named: {principal} alone will administer the clusters", fix)
    if _plain(principal) in {_plain(operator) for operator in operators}:
        return check.ok(f"{caller.arn} is one of {len(operators)}")
    return check.stops(f"{caller.arn} is none of {len(operators)}", fix)


def _principal(arn: str) -> str:
    """An assumed role as IAM names it, but for its path, which STS doesn't tell."""
    found = _ASSUMED.match(arn)
    return f"arn:aws:iam::{found['account']}:role/{found['role']}" if found else arn


def _plain(arn: str) -> str:
    """Without the path, as names are unique in an account."""
    start, _, rest = arn.partition("/")
    return f"{start}/{rest.rpartition('/')[2]}"
