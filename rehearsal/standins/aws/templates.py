"""Templates that make identifiers, names and addresses from what is known of a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from string import Formatter

from rehearsal.standins.aws.aws_facts import ACCOUNT, PARTITION, Facts, NotGiven, NotKnownYet
from rehearsal.standins.aws.computed_outputs import DERIVED
from rehearsal.standins.values import Value, has_unknown, is_list, is_map


def fill(template: Value, facts: Facts, outputs: Mapping[str, Value]) -> Value:
    """Fill the `{...}` of every text in a template.

    `{hex:17}`, `{upper:13}`, `{digits:8}`, `{uuid}`, `{time}` and `{ipv4}` look random (`{hex:17/salt}` gives
    another one); `{id}`, `{region}`, `{account}`, `{partition}` and `{suffix}` (the part of the id after its last
    `/` or `:`) are the resource's; anything else is an output or input of that name.
    """
    if isinstance(template, str):
        return "".join(_pieces(template, facts, outputs))
    if is_map(template):
        return {key: fill(item, facts, outputs) for key, item in template.items()}
    if is_list(template):
        return [fill(item, facts, outputs) for item in template]
    return template


def _pieces(template: str, facts: Facts, outputs: Mapping[str, Value]) -> Iterator[str]:
    for text, field, detail, _ in Formatter().parse(template):
        yield text
        if field is not None:
            yield _field(field, detail or "", facts, outputs)


_RANDOM: dict[str, Callable[[Facts, int, str], str]] = {
    "digits": lambda facts, count, salt: facts.digits(count, salt),
    "hex": lambda facts, count, salt: facts.hex(count, salt),
    "ipv4": lambda facts, _count, salt: facts.ipv4(salt),
    "time": lambda facts, _count, salt: facts.time(salt),
    "upper": lambda facts, count, salt: facts.upper(count, salt),
    "uuid": lambda facts, _count, salt: facts.uuid(salt),
}


def _field(field: str, detail: str, facts: Facts, outputs: Mapping[str, Value]) -> str:
    if field in _RANDOM:
        count, _, salt = detail.partition("/")
        return _RANDOM[field](facts, int(count or 0), salt)
    everywhere = {"account": ACCOUNT, "partition": PARTITION, "region": facts.region}
    return everywhere[field] if field in everywhere else _known(field, detail, facts, outputs)


def _known(field: str, default: str, facts: Facts, outputs: Mapping[str, Value]) -> str:
    """An output, an input (`{path:/}` has a default), the id or its last part."""
    value: Value
    if field in {"id", "suffix"}:
        value = facts.id
    elif field in DERIVED:
        value = DERIVED[field](facts)
    else:
        value = outputs.get(field)
        value = facts.input(field, default or None) if value is None else value
    if value is None:
        raise NotGiven(f"{facts.type}: {field} is not given, but an identifier is made from it")
    if has_unknown(value):
        raise NotKnownYet(field)
    if field == "suffix":
        return str(value).rpartition("/" if "/" in str(value) else ":")[2]
    return str(value)
