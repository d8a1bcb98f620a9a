"""Whether IAM would allow something: the part of its evaluation that the platform's documents use."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

Context = Mapping[str, str]


def allowed(document: str, action: str, resource: str, context: Context | None = None) -> bool:
    """Of an identity's policy alone: an explicit Deny wins, and what nothing allows is refused."""
    fitting = [
        statement["Effect"]
        for statement in json.loads(document)["Statement"]
        if _any(statement["Action"], action)
        and _any(statement["Resource"], resource)
        and _holds(statement.get("Condition", {}), context or {})
    ]
    return "Allow" in fitting and "Deny" not in fitting


def trusts(document: str, claims: Context) -> bool:
    """Whether a role's trust lets a web identity in. claims: of its token, by condition key."""
    return any(
        statement["Effect"] == "Allow" and _holds(statement["Condition"], claims)
        for statement in json.loads(document)["Statement"]
        if statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    )


def _any(stated: Any, asked: str) -> bool:
    return any(fnmatchcase(asked, pattern) for pattern in _listed(stated))


def _listed(stated: Any) -> list[str]:
    return [str(one) for one in cast("list[object]", stated)] if isinstance(stated, list) else [str(stated)]


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """A key that the request doesn't have makes a condition false."""
    assert conditions.keys() <= {"StringEquals", "StringLike"}, "teach this evaluation the operator"
    return all(
        key in context and (_any(value, context[key]) if operator == "StringLike" else context[key] in _listed(value))
        for operator, stated in conditions.items()
        for key, value in stated.items()
    )
