"""Whether policies of IAM allow a request: the part of the language that the platform's own policies are written in.

Identity policies and the resource's own are asked together, as within one account: an explicit Deny wins, and one Allow
is enough. What is not known here (another operator, another element) is an error, never a yes.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

Document = Mapping[str, Any]
_KNOWN = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"})


class UnknownPolicyError(ValueError):
    """A policy says something that this evaluation doesn't know."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked for. service: who asks, where that is a service of AWS and no role. context: by condition key."""

    action: str
    resource: str
    service: str | None = None
    context: Mapping[str, str] = field(default_factory=dict[str, str])


def allowed(request: Request, *, identity: Sequence[Document], resource: Sequence[Document] = ()) -> bool:
    """identity: policies of the role that asks. resource: those of what is asked for. Raises UnknownPolicyError."""
    effects = [
        statement["Effect"]
        for document, of_resource in (*((one, False) for one in identity), *((one, True) for one in resource))
        for statement in listed(document["Statement"])
        if _applies(statement, request, of_resource=of_resource)
    ]
    return "Allow" in effects and "Deny" not in effects


def listed(value: Any) -> list[Any]:
    """A policy's way of leaving a list's brackets out."""
    return list(cast("Sequence[Any]", value)) if isinstance(value, list | tuple) else [value]


def _applies(statement: Document, request: Request, *, of_resource: bool) -> bool:
    if unknown := statement.keys() - _KNOWN:
        raise UnknownPolicyError(f"element {', '.join(sorted(unknown))} of a policy's statement")
    return (
        (not of_resource or _is_principal(statement.get("Principal"), request))
        and _named(statement, "Action", request.action, ignore_case=True)
        and _named(statement, "Resource", request.resource)
        and all(
            _holds(operator, key, listed(values), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _is_principal(stated: Any, request: Request) -> bool:
    if stated == "*":
        return True
    if isinstance(stated, Mapping) and stated.keys() <= {"Service"}:
        return request.service in listed(stated["Service"])
    raise UnknownPolicyError(f"principal {stated}")


def _named(statement: Document, element: str, value: str, *, ignore_case: bool = False) -> bool:
    if element in statement:
        return any(like(pattern, value, ignore_case=ignore_case) for pattern in listed(statement[element]))
    patterns = listed(statement[f"Not{element}"])
    return not any(like(pattern, value, ignore_case=ignore_case) for pattern in patterns)


def like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """IAM's wildcards: * for any characters, ? for one."""
    # fnmatch has a third, brackets, which are themselves in IAM.
    text = fnmatch.translate(pattern.replace("[", "[[]"))
    return re.match(text, value, re.IGNORECASE if ignore_case else 0) is not None


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringLike": like,
    "ArnLike": like,
    "ArnEquals": like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
}


def _holds(operator: str, key: str, values: Iterable[object], context: Mapping[str, str]) -> bool:
    value = {name.lower(): text for name, text in context.items()}.get(key.lower())
    if operator == "Null":
        return all((str(wanted).lower() == "true") == (value is None) for wanted in values)
    test = _OPERATORS.get(operator)
    if test is None:
        raise UnknownPolicyError(f"condition operator {operator}")
    return value is not None and any(test(str(wanted), value) for wanted in values)
