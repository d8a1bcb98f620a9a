"""IAM: policy documents, trust, and the limits of names."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

MAX_ROLE_NAME = 64
Statement = Mapping[str, Any]


def policy_document(*statements: Statement) -> str:
    """A policy as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust_policy(
    service: str, actions: str | Sequence[str] = "sts:AssumeRole", condition: Mapping[str, Any] | None = None
) -> str:
    """A role's trust: which service of AWS may take it on."""
    stated = {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}
    return policy_document(stated | ({"Condition": condition} if condition else {}))


def account_trust(account: str, service: str, actions: str | Sequence[str] = "sts:AssumeRole") -> str:
    """A role's trust: the service takes it on for this account only (docs/decisions/who-takes-a-role.md)."""
    return trust_policy(service, actions, {"StringEquals": {"aws:SourceAccount": account}})
