"""aws:iam/getPolicyDocument:getPolicyDocument, rendered as the provider does: same order, same indentation."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, Value, is_list, is_map

_LISTS = (
    ("actions", "Action"),
    ("notActions", "NotAction"),
    ("resources", "Resource"),
    ("notResources", "NotResource"),
)


def policy_document(args: Map) -> Map:
    """The result of the function: the policy as JSON, indented and minified."""
    document: Map = {"Version": args.get("version") or "2012-10-17"}
    given: list[Map] = args.get("statements") or []
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    statements = [
        item for text in [*_texts(args, "sourceJson", "sourcePolicyDocuments")] for item in _statements_of(text)
    ]
    statements = _override(statements, [_statement(item) for item in given], unique=True)
    for text in _texts(args, "overrideJson", "overridePolicyDocuments"):
        statements = _override(statements, _statements_of(text), unique=False)
    if statements:
        document["Statement"] = statements
    text = json.dumps(document, indent=2)
    minified = json.dumps(document, separators=(",", ":"))
    return {**args, "version": document["Version"], "json": text, "minifiedJson": minified}


def _texts(args: Map, single: str, several: str) -> list[str]:
    one = [args[single]] if args.get(single) else []
    return [*one, *(args.get(several) or [])]


def _statements_of(text: str) -> list[Map]:
    try:
        found: Any = json.loads(text) if text else {}
    except ValueError as error:
        raise ProviderError(f"getPolicyDocument: a policy document to merge is not JSON: {error}") from error
    statements: Value = found.get("Statement") if is_map(found) else None
    return statements if is_list(statements) else [statements] if is_map(statements) else []


def _override(base: list[Map], more: list[Map], *, unique: bool) -> list[Map]:
    """Add statements; one with a Sid that is there takes its place, or is refused where Sids must be unique."""
    result = list(base)
    for statement in more:
        sids = [item.get("Sid") for item in result]
        sid = statement.get("Sid")
        if sid and sid in sids:
            if unique:
                raise ProviderError(f"getPolicyDocument: two statements have the sid {sid!r}; each needs its own")
            result[sids.index(sid)] = statement
        else:
            result.append(statement)
    return result


def _statement(given: Map) -> Map:
    statement: Map = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    for name, key in _LISTS:
        if given.get(name):
            statement[key] = _one_or_many([_variables(item) for item in given[name]])
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(name):
            statement[key] = _principals(given[name])
    if given.get("conditions"):
        statement["Condition"] = _conditions(given["conditions"])
    return statement


def _principals(given: list[Map]) -> Value:
    if any(item["type"] == "*" and item["identifiers"] == ["*"] for item in given):
        return "*"
    merged: dict[str, list[str]] = {}
    for item in given:
        merged.setdefault(item["type"], []).extend(_variables(name) for name in item["identifiers"])
    return {kind: _one_or_many(names) for kind, names in sorted(merged.items())}


def _conditions(given: list[Map]) -> Map:
    merged: Map = {}
    for item in given:
        values = [_variables(value) for value in item["values"]]
        merged.setdefault(item["test"], {})[item["variable"]] = values[0] if len(values) == 1 else values
    return {test: dict(sorted(merged[test].items())) for test in sorted(merged)}


def _one_or_many(items: list[str]) -> Value:
    """The provider writes one item as text, and several in descending order."""
    unique = sorted(set(items), reverse=True)
    return unique[0] if len(unique) == 1 else unique


def _variables(text: str) -> str:
    """`&{aws:username}` stands for IAM's own `${aws:username}`."""
    return text.replace("&{", "${")
