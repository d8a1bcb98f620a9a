"""A resource's outputs: its inputs, completed by what AWS computes.

A rule for an output is a template (text, list or object; see `templates.fill`), or a function of the Facts.
A rule that is an object also completes an object which the program gave in part.
Before the resource exists, what AWS computes is unknown; afterwards every rule gives the same as at creation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import cast

from rehearsal.standins.aws.aws_facts import Facts, NotGiven, NotKnownYet
from rehearsal.standins.aws.identity import IDENTITIES
from rehearsal.standins.aws.naming import RULES as NAMES
from rehearsal.standins.aws.naming import NameRule, prefixed
from rehearsal.standins.aws.rules.data import DATA
from rehearsal.standins.aws.rules.network import NETWORK
from rehearsal.standins.aws.rules.platform import PLATFORM
from rehearsal.standins.aws.sdk.schema import ListOf, MapOf, Named, OneOf, Property, ResourceType, Scalar
from rehearsal.standins.aws.templates import fill
from rehearsal.standins.values import UNKNOWN, Map, Secret, Value, has_unknown, is_map, without_secrets

RULES: Mapping[str, Map] = {**NETWORK, **DATA, **PLATFORM}
COMMON: Map = {  # outputs that mean the same wherever they appear
    "accountId": "{account}",
    "associatedAt": "{time}",
    "createDate": "{time}",
    "createdAt": "{time}",
    "customerAwsId": "{account}",
    "etag": "E{upper:13/etag}",
    "lockToken": "{uuid}",
    "modifiedAt": "{time}",
    "owner": "{account}",
    "ownerId": "{account}",
    "registryId": "{account}",
    "securityGroupRuleId": "{id}",
}
_DOCUMENTED = re.compile(r"[Dd]efaults? (?:to|is|value is|value of)?:? ?`?\"?(true|false|\d+)\b")
_WRITE_ONLY = re.compile(r".+Wo$")


def physical_name(kind: ResourceType, properties: Map, seed: str = "") -> Map:
    """The name that AWS makes from a stated prefix, by its property: given a seed a new one, else as it is."""
    name = NAMES.get(kind.kind, NameRule()).property
    prefix = without_secrets(properties.get(f"{name}Prefix"))
    if not prefix or (not seed and properties.get(name) is None):
        return {}
    if seed and properties.get(name) is None:
        return {name: UNKNOWN if seed == UNKNOWN or has_unknown(prefix) else prefixed(str(prefix), seed)}
    return {name: properties[name]}


def make_id(kind: ResourceType, facts: Facts) -> str:
    """The id of a new resource; `facts.seed` must differ for every resource."""
    identity = IDENTITIES[kind.kind]
    return str(fill(identity.arn if identity.id == "{arn}" and identity.arn else identity.id, facts, {}))


def make_outputs(kind: ResourceType, facts: Facts, inputs: Map, default_tags: Map) -> Map:
    """Every output. `inputs` may hold secrets, which stay secret; `facts.id` is UNKNOWN before creation."""
    outputs: Map = {
        name: value
        for name, value in inputs.items()
        if name in kind.outputs.properties and value is not None and not _WRITE_ONLY.fullmatch(name)
    }
    outputs.update(physical_name(kind, facts.inputs))
    if "region" in kind.outputs.properties:
        outputs["region"] = facts.region
    if "tagsAll" in kind.outputs.properties:
        outputs["tagsAll"] = all_tags(inputs.get("tags"), default_tags)
    rules = RULES.get(kind.kind, {})
    names = ["arn", *rules, *kind.outputs.properties]
    for name in dict.fromkeys(names):
        known = kind.outputs.properties.get(name)
        if known is None:
            continue
        value = _complete(kind, known, facts, outputs, rules.get(name))
        if value is not None:
            outputs[name] = value
    return outputs


def all_tags(tags: Value, default_tags: Map) -> Value:
    """The resource's tags over the provider's."""
    if isinstance(tags, Secret):
        return Secret(all_tags(tags.value, default_tags))
    if tags is None:
        return dict(default_tags)
    return {**default_tags, **tags} if is_map(tags) else UNKNOWN


def _complete(kind: ResourceType, known: Property, facts: Facts, outputs: Map, rule: Value) -> Value:
    """The value of one output; None leaves it out."""
    given = outputs.get(known.name)
    if given is not None and not (is_map(given) and is_map(rule)):
        return given
    if rule is None:
        rule = _common_rule(kind, known)
    if given is None and facts.id == UNKNOWN:
        return UNKNOWN if rule is not None or known.required else None
    if rule is None:
        return given
    try:
        computed = _apply(rule, facts, outputs)
    except NotKnownYet:
        computed = _unknown_like(rule, given)
    except NotGiven:  # only of a resource that was read by its id alone
        return given
    return _merge(given, computed) if is_map(given) and is_map(computed) else computed


def _apply(rule: Value, facts: Facts, outputs: Map) -> Value:
    if facts.id == UNKNOWN:
        raise NotKnownYet("id")
    if callable(rule):
        return cast("Callable[[Facts], Value]", rule)(facts)
    return fill(rule, facts, without_secrets(outputs))


def _unknown_like(rule: Value, given: Value) -> Value:
    """Unknown, but for an object given in part: that keeps its shape."""
    return dict.fromkeys(rule, UNKNOWN) if is_map(given) and is_map(rule) else UNKNOWN


def _merge(given: Map, computed: Map) -> Map:
    merged = {**computed, **{name: value for name, value in given.items() if value is not None}}
    for name, value in computed.items():
        if is_map(value) and is_map(given.get(name)):
            merged[name] = _merge(given[name], value)
    return merged


def _common_rule(kind: ResourceType, known: Property) -> Value:
    """What an output without a rule of its own holds: nothing in particular, in its own type."""
    if known.name == "arn" and IDENTITIES[kind.kind].arn:
        identity = IDENTITIES[kind.kind]
        return "{id}" if identity.id == "{arn}" else identity.arn
    if known.name in COMMON:
        return COMMON[known.name]
    if not known.required:
        return None
    return _empty(known)


def _empty(known: Property) -> Value:
    match known.type:
        case Scalar(kind="string"):
            return ""
        case Scalar(kind="boolean" | "integer" | "number"):
            return _documented(known)
        case ListOf():
            return []
        case MapOf():
            return {}
        case Named() | OneOf() | Scalar():
            return None


def _documented(known: Property) -> Value:
    found = _DOCUMENTED.search(known.doc)
    text = found[1] if found else ""
    if known.type == Scalar(kind="boolean"):
        return text == "true"
    return int(text) if text.isdigit() else 0
